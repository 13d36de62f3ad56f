namespace NodeRuntime.Sandbox;

/// <summary>Whether a provider on this machine may take strangers' jobs; the refusal is the provider's.</summary>
public enum StrangerVerdict
{
    Accepted,

    /// <summary>Not Linux on x86-64 or AArch64, whose system calls this assembly knows.</summary>
    ArchitectureUnknown,
    NoNewPrivilegesMissing,

    /// <summary>CONFIG_SECCOMP_FILTER, or a container that forbids it.</summary>
    SeccompMissing,

    /// <summary>Linux before 5.13, or <c>landlock</c> not among the kernel's <c>lsm=</c>.</summary>
    LandlockMissing,
    ParentDeathSignalMissing,

    /// <summary>Linux before 5.11.</summary>
    CloseRangeMissing,
}
