using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Nemesis;

/// <summary>Plays a plan on a stage, until the plan heals. All chance is the seed's.</summary>
internal sealed class NemesisRunner(NemesisPlan plan, INemesisStage stage, Prng prng)
{
    private readonly List<(int From, int To)> _ways = [];
    private bool _isOver;
    private int _cuts;
    private int _rolling;

    public void Begin()
    {
        foreach (NemesisStep step in plan.Steps)
        {
            if (step.Act != NemesisAct.Be) stage.After(step.At, () => Play(step));
        }
    }

    /// <summary>Nothing more of the plan happens. What lasts is ended by whoever heals the stage.</summary>
    public void End() => _isOver = true;

    private void Play(NemesisStep step)
    {
        if (_isOver) return;
        if (step.Every > Duration.Zero) stage.After(step.Every, () => Play(step));
        switch (step.Act)
        {
            case NemesisAct.Cut:
                Cut(step);
                return;
            case NemesisAct.Flap:
                Flap(step, Choose(step), 0);
                return;
            case NemesisAct.Link:
                stage.Link(step.Links);
                Later(step, () => stage.Link(LinkConditions.Calm));
                return;
            case NemesisAct.Flood:
                stage.Flood(step.Rate);
                Later(step, () => stage.Flood(0));
                return;
            default:
                foreach (int peer in Choose(step)) Play(step, peer);
                return;
        }
    }

    private void Play(NemesisStep step, int peer)
    {
        switch (step.Act)
        {
            case NemesisAct.Crash:
                stage.Crash(peer);
                Later(step, () => stage.Restart(peer));
                break;
            case NemesisAct.CrashAtEffect:
                stage.CrashAtEffect(peer);
                Later(step, () => stage.Restart(peer));
                break;
            case NemesisAct.Wipe:
                stage.Wipe(peer);
                Later(step, () => stage.Restart(peer));
                break;
            case NemesisAct.Restore:
                stage.Restore(peer, step.By);
                Later(step, () => stage.Restart(peer));
                break;
            case NemesisAct.Clone:
                stage.Clone(peer, step.Lasts);
                break;
            case NemesisAct.Pause:
                stage.Pause(peer, true);
                Later(step, () => stage.Pause(peer, false));
                break;
            case NemesisAct.Slow:
                stage.Slow(peer, true);
                Later(step, () => stage.Slow(peer, false));
                break;
            case NemesisAct.Drip:
                stage.Drip(peer, step.Rate);
                Later(step, () => stage.Drip(peer, 0));
                break;
            case NemesisAct.Reset:
                stage.Reset(peer);
                break;
            case NemesisAct.Disk:
                stage.Disk(peer, step.Disk, true);
                Later(step, () => stage.Disk(peer, step.Disk, false));
                break;
            case NemesisAct.Clock:
                stage.Clock(peer, step.Clock, step.By, true);
                Later(step, () => stage.Clock(peer, step.Clock, step.By, false));
                break;
            default:
                Invariant.Break("an act without a hand");
                break;
        }
    }

    private void Later(NemesisStep step, Action action)
    {
        if (step.Lasts == Duration.Zero) return;
        stage.After(step.Lasts, () =>
        {
            if (!_isOver) action();
        });
    }

    private void Cut(NemesisStep step)
    {
        _ways.Clear();
        FaultClass cause = Draw(step, Choose(step));
        stage.Cut([.. _ways], cause);
        int cut = ++_cuts;
        Later(step, () =>
        {
            if (cut == _cuts) stage.Mend();
        });
    }

    private FaultClass Draw(NemesisStep step, List<int> side)
    {
        int count = stage.PeerCount;
        switch (step.Shape)
        {
            case CutShape.Ring:
                Invariant.Holds(count > 0);
                Ways((from, to) => (to - from + count) % count is not (1 or 0) && (from - to + count) % count != 1);
                return FaultClass.RingCut;
            case CutShape.Bridge:
                int bridge = prng.NextBelow(stage.ValidatorCount);
                Ways((from, to) => from != bridge && to != bridge && (from & 1) != (to & 1));
                return FaultClass.BridgeCut;
            case CutShape.OneWay:
                Ways((from, to) => side.Contains(to) && !side.Contains(from));
                return FaultClass.OneWayCut;
            case CutShape.Isolate:
                Ways((from, to) => side.Contains(from) != side.Contains(to));
                return step.Target switch
                {
                    NemesisTarget.Leader or NemesisTarget.NextLeader => FaultClass.LeaderCut,
                    NemesisTarget.Half => FaultClass.HalfCut,
                    _ => FaultClass.MinorityCut,
                };
            default:
                return Invariant.Unreachable<FaultClass>("a cut without a shape");
        }
    }

    private void Ways(Func<int, int, bool> isCut)
    {
        for (int from = 0; from < stage.PeerCount; from++)
        {
            for (int to = 0; to < stage.PeerCount; to++)
            {
                if (from != to && isCut(from, to)) _ways.Add((from, to));
            }
        }
    }

    // Cut and whole in turn, a period of each, until the step's time is over.
    private void Flap(NemesisStep step, List<int> side, int turn)
    {
        if (_isOver) return;
        if (turn % 2 == 0)
        {
            _ways.Clear();
            Ways((from, to) => side.Contains(from) != side.Contains(to));
            stage.Cut([.. _ways], FaultClass.Flap);
        }
        else
        {
            stage.Mend();
        }

        bool lasts = turn % 2 == 0 || step.Lasts == Duration.Zero || step.By * (turn + 1) < step.Lasts;
        if (lasts) stage.After(step.By, () => Flap(step, side, turn + 1));
    }

    private List<int> Choose(NemesisStep step)
    {
        int validators = stage.ValidatorCount;
        int faulty = Math.Max(1, (validators - 1) / 3);
        switch (step.Target)
        {
            case NemesisTarget.Random:
                return [prng.NextBelow(stage.PeerCount)];
            case NemesisTarget.Leader:
                return stage.Leaders is { } leaders ? [leaders.Now] : [];
            case NemesisTarget.NextLeader:
                return stage.Leaders is { } next ? [next.Next] : [];
            case NemesisTarget.Minority:
                return Some(faulty);
            case NemesisTarget.Half:
                return Some(validators / 2);
            case NemesisTarget.All:
                return Range(stage.PeerCount);
            case NemesisTarget.Rolling:
                return [_rolling++ % stage.PeerCount];
            case NemesisTarget.Faulty:
                return Range(faulty);
            case NemesisTarget.Peer:
                return step.Peer < stage.PeerCount ? [step.Peer] : [];
            default:
                return Invariant.Unreachable<List<int>>("a target without a choice");
        }
    }

    private static List<int> Range(int count)
    {
        List<int> range = [];
        for (int i = 0; i < count; i++) range.Add(i);
        return range;
    }

    private List<int> Some(int count)
    {
        List<int> all = Range(stage.ValidatorCount);
        while (all.Count > count) all.RemoveAt(prng.NextBelow(all.Count));
        return all;
    }
}
