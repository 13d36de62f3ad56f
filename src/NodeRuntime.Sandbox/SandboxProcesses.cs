using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>
/// Runs strangers' programs in processes of this program. At most so many at once; each has a slot, and where the peer is root each
/// slot has a user of its own. Thread-safe.
/// </summary>
public sealed class SandboxProcesses
{
    /// <summary>Users that no package and no person has; above what distributions and container runtimes hand out.</summary>
    private const int FirstUserId = 0x6E72_0000;

    private readonly Lock _gate = new();
    private readonly SandboxCommand _command;
    private readonly SandboxCapabilities _capabilities;
    private readonly SortedSet<int> _freeSlots = [];

    /// <param name="slots">How many may run at once.</param>
    public SandboxProcesses(SandboxCommand command, SandboxCapabilities capabilities, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, Limits.SandboxesMax);
        _command = command;
        _capabilities = capabilities;
        for (int slot = 0; slot < slots; slot++) _freeSlots.Add(slot);
    }

    public SandboxCapabilities Capabilities => _capabilities;

    /// <summary>
    /// Starts a job. The sink hears Finished exactly once, whatever happens: before this returns where nothing was started, else on the
    /// run's own thread, as everything else. It must not throw; while it works, the guest waits.
    /// </summary>
    public ProcessRun Start(ProcessJob job, Action<ProcessEvent> sink) => Start(job, sink, static () => { });

    /// <param name="prepare">Fills the folder, on the run's own thread, before anything is started.</param>
    internal ProcessRun Start(ProcessJob job, Action<ProcessEvent> sink, Action prepare)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(sink);
        if (ProcessJobRules.WhyRefused(job) is { } refusal) return New(0, job, sink, prepare).Refuse(ProcessVerdict.JobRefused, refusal);
        if (WhyUnsupported(job.Trust) is { } lack) return New(0, job, sink, prepare).Refuse(ProcessVerdict.Unsupported, lack);
        if (TakeSlot() is not { } slot) return New(0, job, sink, prepare).Refuse(ProcessVerdict.Busy, "all sandboxes are in use");
        ProcessRun run = New(slot, job, sink, prepare);
        run.Start();
        return run;
    }

    private ProcessRun New(int slot, ProcessJob job, Action<ProcessEvent> sink, Action prepare) =>
        new(_command, _capabilities, FirstUserId + slot, job, sink, prepare, () => ReturnSlot(slot));

    private string? WhyUnsupported(ProcessTrust trust) => trust switch
    {
        ProcessTrust.Stranger => _capabilities.Strangers == StrangerVerdict.Accepted ? null : _capabilities.Strangers.ToString(),
        ProcessTrust.Operator => _capabilities.CanLaunch ? null : _capabilities.Strangers.ToString(),
    };

    private int? TakeSlot()
    {
        lock (_gate)
        {
            if (_freeSlots.Count == 0) return null;
            int slot = _freeSlots.Min;
            _freeSlots.Remove(slot);
            return slot;
        }
    }

    private void ReturnSlot(int slot)
    {
        lock (_gate) Invariant.Holds(_freeSlots.Add(slot));
    }
}
