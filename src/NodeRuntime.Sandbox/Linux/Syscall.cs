using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>A system call by name, with its number on x86-64 and on AArch64; <see cref="Absent"/> where there is none.</summary>
internal readonly record struct Syscall(string Name, int OnX64, int OnArm64)
{
    public const int Absent = -1;

    public int Number => NumberOn(RuntimeInformation.ProcessArchitecture);

    public int NumberOn(Architecture architecture) => architecture switch
    {
        Architecture.X64 => OnX64,
        Architecture.Arm64 => OnArm64,
        _ => Invariant.Unreachable<int>("the capabilities' probe refuses other architectures"),
    };

    public override string ToString() => Name;
}
