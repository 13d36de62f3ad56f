using System;
using System.Runtime.Intrinsics.X86;

namespace NodeRuntime.Wasm.Tests.Programs;

/// <summary>
/// This assembly as a program: prints the records of all programs, for a process of its own with other processor features. Its lines but
/// the first are what <c>benchmarks/programs/recorded.txt</c> holds.
/// </summary>
internal static class Program
{
    public static string FeatureLine(bool avx512, bool avx2) => $"avx512 {avx512} avx2 {avx2}";

    public static int Main()
    {
        Console.WriteLine(FeatureLine(Avx512F.IsSupported, Avx2.IsSupported));
        foreach (ProgramRecord record in ProgramRecord.RunAll()) Console.WriteLine(record);
        return 0;
    }
}
