using System.Globalization;
using System.Runtime.InteropServices;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox;

/// <summary>What this machine offers to lock a stranger's program in. Asked once at start, by the provider and by <c>doctor</c>.</summary>
public sealed record SandboxCapabilities(
    SandboxCapability Architecture,
    SandboxCapability Seccomp,
    SandboxCapability Landlock,
    SandboxCapability NoNewPrivileges,
    SandboxCapability ParentDeathSignal,
    SandboxCapability CloseRange,
    int LandlockAbi)
{
    public static SandboxCapabilities Probe() => Probe(SandboxProbes.OfThisKernel);

    /// <summary>From the answers of a kernel, or of a test in its place.</summary>
    internal static SandboxCapabilities Probe(SandboxProbes probes)
    {
        bool known = SeccompPolicy.AuditArchitecture(probes.Architecture) != 0;
        SandboxCapability architecture = new(known && probes.IsLinux, probes.Architecture.ToString());
        if (!architecture.Offered)
        {
            SandboxCapability unasked = new(false, "only Linux on x86-64 and AArch64 is asked");
            return new SandboxCapabilities(architecture, unasked, unasked, unasked, unasked, unasked, 0);
        }

        KernelResult landlock = probes.LandlockVersion();
        int abi = landlock.Succeeded ? (int)landlock.Value : 0;
        return new SandboxCapabilities(
            architecture,
            Of(probes.SeccompKill()),
            landlock.Succeeded
                ? new SandboxCapability(abi > 0, "ABI " + abi.ToString(CultureInfo.InvariantCulture))
                : new SandboxCapability(false, landlock.Reason),
            Of(probes.NoNewPrivileges()),
            Of(probes.ParentDeathSignal()),
            Of(probes.CloseRange()),
            abi);
    }

    /// <summary>Whether strangers' programs may run here, and the first thing that is missing if not.</summary>
    public StrangerVerdict Strangers =>
        !Architecture.Offered ? StrangerVerdict.ArchitectureUnknown
        : !NoNewPrivileges.Offered ? StrangerVerdict.NoNewPrivilegesMissing
        : !Seccomp.Offered ? StrangerVerdict.SeccompMissing
        : !Landlock.Offered ? StrangerVerdict.LandlockMissing
        : !ParentDeathSignal.Offered ? StrangerVerdict.ParentDeathSignalMissing
        : !CloseRange.Offered ? StrangerVerdict.CloseRangeMissing
        : StrangerVerdict.Accepted;

    /// <summary>Whether anything runs here: the operator's own programs do without filters, but not without the rest.</summary>
    internal bool CanLaunch =>
        Architecture.Offered && NoNewPrivileges.Offered && ParentDeathSignal.Offered && CloseRange.Offered;

    private static SandboxCapability Of(KernelResult result) =>
        result.Succeeded ? new SandboxCapability(true, string.Empty) : new SandboxCapability(false, result.Reason);
}
