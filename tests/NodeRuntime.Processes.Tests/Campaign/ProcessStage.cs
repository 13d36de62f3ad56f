using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// A plan of <c>config/plans</c> on real processes, in real time. What a process cannot be put through is left out by name, with the
/// reason, in the report. What is done to one peer is done in the order of the plan, peers beside each other.
/// </summary>
/// <param name="databasePeer">Whose journal is on a server; null for none.</param>
internal sealed class ProcessStage(NemesisPlan plan, PeerNet net, CampaignReport report, ISigner flooder, int? databasePeer, ulong seed)
    : INemesisStage, IAsyncDisposable
{
    // 128 and the number of SIGKILL.
    private const int KilledExitCode = 137;

    private readonly Operator _operator = new(net);
    private readonly PriorityQueue<Action, (TimeSpan Due, int Order)> _due = new();
    private readonly Task[] _work = [.. Enumerable.Repeat(Task.CompletedTask, net.Count)];
    private readonly bool[] _isDown = new bool[net.Count];
    private readonly Process?[] _tracers = new Process?[net.Count];
    private readonly Process?[] _brakes = new Process?[net.Count];
    private readonly bool[] _mayFail = new bool[net.Count];
    private readonly List<(int Peer, TimeSpan At, string? Path)> _backups = [];
    private readonly List<CliRun> _clones = [];
    private readonly TransactionFlood _flood = new(net, flooder, seed);
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _order;

    public int PeerCount => net.Count;

    public int ValidatorCount => net.Count;

    /// <summary>Whose key was in two processes at once: votes are not judged.</summary>
    public SortedSet<int> Cloned { get; } = [];

    /// <summary>Asked of the peers at the moment: whoever leads may lead no more when something is done to it.</summary>
    public (int Now, int Next)? Leaders
    {
        get
        {
            StatusAnswer?[] answers = Task.WhenAll(Enumerable.Range(0, net.Count).Select(net.StatusAsync)).GetAwaiter().GetResult();
            ulong furthest = answers.Max(static answer => answer?.View ?? 0);
            if (furthest == 0) return null;
            View view = new(furthest);
            ValidatorSet set = net.Genesis.ValidatorSet;
            return (LeaderSchedule.LeaderOf(net.Genesis.ChainId, set, view).Number, LeaderSchedule.LeaderOf(net.Genesis.ChainId, set, view.Next).Number);
        }
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Until the plan heals; then everything is made good, and all peers run.</summary>
    public async Task PlayAsync()
    {
        foreach (NemesisStep step in plan.Steps)
        {
            if (step.Act == NemesisAct.Be) report.Skip($"be {step.Misdeed}", "no peer's program can be told to lie");
            if (step.Act == NemesisAct.Restore) BackUpFor(step);
        }

        NemesisRunner runner = new(plan, this, new Prng(seed));
        runner.Begin();
        while (Elapsed < Time(plan.HealAt))
        {
            while (_due.TryPeek(out Action? action, out (TimeSpan Due, int Order) place) && place.Due <= Elapsed)
            {
                _due.Dequeue();
                action();
            }

            for (int peer = 0; peer < net.Count; peer++) Revive(peer);
            await Task.Delay(10);
        }

        runner.End();
        await HealAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _flood.Dispose();
        for (int peer = 0; peer < net.Count; peer++)
        {
            await EndAsync(_tracers, peer);
            await EndAsync(_brakes, peer);
        }

        foreach (CliRun clone in _clones) await clone.DisposeAsync();
    }

    public void After(Duration delay, Action action) => _due.Enqueue(action, (Elapsed + Time(delay), _order++));

    public void Crash(int peer)
    {
        _isDown[peer] = true;
        Do(peer, () => _operator.KillAsync(peer));
    }

    public void CrashAtEffect(int peer)
    {
        report.Skip("crash-at-effect", "effects of another process cannot be counted: it is an ordinary crash");
        Crash(peer);
    }

    public void Restart(int peer) => Do(peer, () =>
    {
        _isDown[peer] = false;
        if (net.RunOf(peer).HasExited) net.Start(peer);
        return Task.CompletedTask;
    });

    public void Pause(int peer, bool isPaused) => Do(peer, () =>
    {
        if (net.RunOf(peer).HasExited) return Task.CompletedTask;
        if (isPaused) Signals.Pause(net.ProcessOf(peer).Id);
        else Signals.Continue(net.ProcessOf(peer).Id);
        return Task.CompletedTask;
    });

    // Stopped three fifths of the time, in pieces as short as a busy machine's.
    public void Slow(int peer, bool isSlow) => Do(peer, async () =>
    {
        await EndAsync(_brakes, peer);
        if (net.RunOf(peer).HasExited) return;
        string id = Number(net.ProcessOf(peer).Id);
        if (isSlow) _brakes[peer] = Process.Start("sh", ["-c", "while kill -STOP $0; do sleep 0.03; kill -CONT $0; sleep 0.02; done 2>/dev/null", id]);
        else Signals.Continue(net.ProcessOf(peer).Id);
    });

    public void Wipe(int peer) => OnFiles(peer, "wipe", async () =>
    {
        await _operator.KillAsync(peer);
        _operator.Wipe(peer);
    });

    public void Restore(int peer, Duration age)
    {
        // The backup is as old as it was when the plan asked for it, however long the copy took.
        TimeSpan until = Elapsed - Time(age) + TimeSpan.FromMilliseconds(400);
        OnFiles(peer, "restore", async () =>
        {
            await _operator.KillAsync(peer);
            string? backup;
            lock (_backups) backup = _backups.FindLast(one => one.Peer == peer && one.At <= until).Path;
            if (backup is null || !Directory.Exists(backup)) throw new IOException($"there is no backup of peer {peer} from before {until}");
            _operator.PutBack(peer, backup);
        });
    }

    public void Clone(int peer, Duration lasts)
    {
        if (IsOnServer(peer, "clone")) return;
        Cloned.Add(peer);
        string copy = net.Place.PathOf("copy-" + Number(_order++));
        CliRun? clone = null;
        Do(peer, async () =>
        {
            await _operator.BackUpAsync(peer, copy);
            clone = await _operator.CloneAsync(peer, copy);
            lock (_clones) _clones.Add(clone);
        });
        if (lasts > Duration.Zero) After(lasts, () => Do(peer, () => KillAsync(clone!)));
    }

    public void Cut(IReadOnlyList<(int From, int To)> ways, FaultClass cause)
    {
        // A member that repeats what it hears would carry it across.
        net.Witness.Repeat(0, Duration.Zero);
        net.Cut([.. ways]);
    }

    public void Mend() => net.Cut([]);

    public void Link(LinkConditions conditions)
    {
        net.Links.Carry(conditions == LinkConditions.Calm ? null : conditions);
        int again = Math.Max(conditions.ReplayPerMille, conditions.DuplicationPerMille);
        net.Witness.Repeat(again, conditions.ReplayPerMille > 0 ? Duration.FromSeconds(5) : conditions.DelayMax);
        if (again > 0) report.Skip("duplicate, replay", "a stream cannot be doubled: a member says consensus frames again to all");
        if (conditions.ReorderPerMille > 0) report.Skip("reorder", "a stream keeps its order: what overtakes is what other streams carry");
        if (conditions.LossPerMille + conditions.BurstPerMille > 0) report.Skip("loss, burst", "a stream loses nothing: what is lost comes late, as by retransmission");
    }

    public void Drip(int peer, int bytesPerSecond) => net.Drip(peer, bytesPerSecond);

    public void Reset(int peer) => net.Reset(peer);

    public void Disk(int peer, DiskFault fault, bool isOn)
    {
        switch (fault)
        {
            case DiskFault.Slow:
                Inject(peer, "slow disk", isOn ? "fsync,fdatasync:delay_enter=40000" : null);
                break;
            case DiskFault.Full:
                Inject(peer, "full disk", isOn ? "pwrite64,fsync,fdatasync:error=ENOSPC" : null);
                break;
            case DiskFault.Error:
                Inject(peer, "disk error", isOn ? "pwrite64,fsync,fdatasync:error=EIO" : null);
                break;
            case DiskFault.Rot when isOn:
                OnFiles(peer, "rot", async () =>
                {
                    await _operator.KillAsync(peer);
                    _operator.Rot(peer);
                    _isDown[peer] = false;
                    net.Start(peer);
                });
                break;
            case DiskFault.Torn:
            case DiskFault.Lost:
                report.Skip($"disk {fault}", "the kernel keeps what a process wrote before it died: only a machine's power cut loses it");
                break;
            case DiskFault.Rot:
                break;
        }
    }

    public void Clock(int peer, ClockFault fault, Duration by, bool isOn) =>
        report.Skip($"clock {fault}", "processes share the machine's clock of day, which no namespace holds apart");

    public void Flood(int transactionsPerSecond) => _flood.Rate = transactionsPerSecond;

    // ---- what a plan does not say ----

    private void BackUpFor(NemesisStep step)
    {
        Duration first = step.At > step.By ? step.At - step.By : Duration.Zero;
        Action copy = () =>
        {
            foreach (int peer in step.Target == NemesisTarget.Peer ? [step.Peer] : Enumerable.Range(0, net.Count)) BackUp(peer);
        };
        for (Duration at = first; at < plan.HealAt; at += step.Every)
        {
            After(at, copy);
            if (step.Every == Duration.Zero) break;
        }
    }

    private void BackUp(int peer)
    {
        if (peer == databasePeer) return;
        string path = net.Place.PathOf("backup-" + Number(_order++));
        TimeSpan at = Elapsed;
        Do(peer, async () =>
        {
            await _operator.BackUpAsync(peer, path);
            lock (_backups) _backups.Add((peer, at, path));
        });
    }

    private void Inject(int peer, string name, string? injection)
    {
        if (IsOnServer(peer, name)) return;
        if (!Requirement.IsInstalled("strace"))
        {
            report.Skip(name, "strace is not installed");
            return;
        }

        Do(peer, async () =>
        {
            await EndAsync(_tracers, peer);
            _mayFail[peer] = injection is not null && !injection.Contains("delay", StringComparison.Ordinal);
            if (injection is null || net.RunOf(peer).HasExited) return;
            string journal = Path.Combine(net.DataOf(peer), "journal", "journal.db");
            string[] words = ["-f", "-qq", "-p", Number(net.ProcessOf(peer).Id), "-o", "/dev/null", "-P", journal, "-P", journal + "-wal"];
            _tracers[peer] = Process.Start("strace", [.. words, "-e", "signal=none", "-e", "trace=pwrite64,fsync,fdatasync", "-e", "inject=" + injection]);
        });
    }

    // By itself no peer ends, unless its disk fails it; then somebody starts it again, as on any machine.
    private void Revive(int peer)
    {
        if (_isDown[peer] || !_work[peer].IsCompleted || !net.RunOf(peer).HasExited) return;
        CliRun run = net.RunOf(peer);
        if (!_mayFail[peer] || run.ExitCode != 1) report.Complain($"peer {peer} ended by itself with {run.ExitCode}: {run.Output} {run.Error}");
        _mayFail[peer] = false;
        Do(peer, async () =>
        {
            await EndAsync(_tracers, peer);
            net.Start(peer);
        });
    }

    private async Task HealAsync()
    {
        _flood.Rate = 0;
        net.Witness.Repeat(0, Duration.Zero);
        net.Cut([]);
        net.Links.Carry(null);
        for (int i = 0; i < net.Count; i++)
        {
            int peer = i;
            net.Drip(peer, 0);
            Do(peer, async () =>
            {
                await EndAsync(_tracers, peer);
                await EndAsync(_brakes, peer);
                _isDown[peer] = false;
                if (net.RunOf(peer).HasExited) net.Start(peer);
                else Signals.Continue(net.ProcessOf(peer).Id);
            });
        }

        await Task.WhenAll(_work);
        foreach (CliRun clone in _clones) await KillAsync(clone);
    }

    // What fails here fails the run, at its heal.
    private void Do(int peer, Func<Task> work)
    {
        _work[peer] = BehindAsync(_work[peer]);

        async Task BehindAsync(Task before)
        {
            await before;
            await work();
        }
    }

    private void OnFiles(int peer, string name, Func<Task> work)
    {
        if (IsOnServer(peer, name)) return;
        _isDown[peer] = true;
        Do(peer, work);
    }

    private bool IsOnServer(int peer, string name)
    {
        if (peer == databasePeer) report.Skip(name, $"peer {peer} keeps its journal on a server, not in files");
        return peer == databasePeer;
    }

    // A clone that ended by itself was no clone.
    private async Task KillAsync(CliRun run)
    {
        if (run.HasExited)
        {
            if (run.ExitCode != KilledExitCode) report.Notes.Add($"a second process with a validator's key ended by itself with {run.ExitCode}: {run.Output} {run.Error}");
            return;
        }

        run.Kill();
        await run.EndAsync(20);
    }

    // A tracer lets go of its process when it is asked to end; a brake may leave it standing, which whoever called sees to.
    private static async Task EndAsync(Process?[] helpers, int peer)
    {
        if (helpers[peer] is not { } helper) return;
        helpers[peer] = null;
        if (!helper.HasExited) Signals.Terminate(helper.Id);
        await helper.WaitForExitAsync();
        helper.Dispose();
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static TimeSpan Time(Duration duration) => TimeSpan.FromMicroseconds(duration.Microseconds);
}
