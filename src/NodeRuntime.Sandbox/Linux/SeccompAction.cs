namespace NodeRuntime.Sandbox.Linux;

/// <summary>What a filter may answer (linux/seccomp.h, SECCOMP_RET_*).</summary>
internal static class SeccompAction
{
    public const uint KillProcess = 0x8000_0000;
    public const uint Allow = 0x7fff_0000;

    private const uint ErrorNumber = 0x0005_0000;

    /// <summary>The call does not happen, and its caller is told this error.</summary>
    public static uint Refuse(int error) => ErrorNumber | (uint)error;
}
