using System.Runtime.InteropServices;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>What a system call gave: its value where <see cref="Error"/> is 0, else the error number.</summary>
internal readonly record struct KernelResult(nint Value, int Error)
{
    public bool Succeeded => Error == 0;

    /// <summary>Stops the launch, naming the step that the kernel refused.</summary>
    public nint OrFail(string step) => Succeeded ? Value : throw new LaunchException(step + ": " + Reason);

    public string Reason => Marshal.GetPInvokeErrorMessage(Error);
}
