using System.Runtime.InteropServices;

namespace NodeRuntime.Benchmarks.Native;

/// <summary>The processor time of child processes that have ended and been waited for, which .NET does not tell.</summary>
internal static unsafe partial class ChildClock
{
    private const int Children = -1;

    /// <summary>Of all of them so far: the difference around one is that one's.</summary>
    public static double Seconds()
    {
        Usage usage = default;
        if (Read(Children, &usage) != 0) throw new System.PlatformNotSupportedException("getrusage failed");
        return usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int Read(int who, Usage* usage);

    /// <summary>struct rusage of 64-bit Linux: two times and fourteen counters.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
