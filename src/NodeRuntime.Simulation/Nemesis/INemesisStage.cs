using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Nemesis;

/// <summary>What a plan is played on: peers by number, the first of them validators.</summary>
public interface INemesisStage
{
    int PeerCount { get; }

    int ValidatorCount { get; }

    /// <summary>The validator that leads the furthest view, and who leads the one after; null where nobody is up.</summary>
    (int Now, int Next)? Leaders { get; }

    void After(Duration delay, Action action);

    void Crash(int peer);

    void CrashAtEffect(int peer);

    /// <summary>Up again, if it is down.</summary>
    void Restart(int peer);

    void Pause(int peer, bool isPaused);

    void Slow(int peer, bool isSlow);

    /// <summary>Killed, and nothing is left on its disk.</summary>
    void Wipe(int peer);

    /// <summary>Killed, and its disk is as it was that long ago.</summary>
    void Restore(int peer, Duration age);

    /// <summary>A second instance with the same key, from a copy of the disk.</summary>
    void Clone(int peer, Duration lasts);

    /// <summary>Frames vanish on these ways; the cut that was before is over.</summary>
    void Cut(IReadOnlyList<(int From, int To)> ways, FaultClass cause);

    void Mend();

    void Link(LinkConditions conditions);

    void Drip(int peer, int bytesPerSecond);

    void Reset(int peer);

    void Disk(int peer, DiskFault fault, bool isOn);

    void Clock(int peer, ClockFault fault, Duration by, bool isOn);

    void Flood(int transactionsPerSecond);
}
