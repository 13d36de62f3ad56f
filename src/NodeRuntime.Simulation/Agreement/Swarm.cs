using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// Draws a run from a seed: each class of faults is on or off as a whole, so that some runs are harsh in one way and calm in all
/// others. Of keys that lie, or whose disks lie to them, there are at most F.
/// </summary>
public static class Swarm
{
    /// <summary>A third of the runs are calm but for one class, or a rare bug would hide behind common ones.</summary>
    private const int SingleClassPerMille = 300;

    private const int SetChangePerMille = 300;

    private static readonly FaultClass[] Liars =
    [
        FaultClass.Twins, FaultClass.EquivocatingProposer, FaultClass.Withholder, FaultClass.LateVoter, FaultClass.NullifySpammer,
        FaultClass.BodyWithholder, FaultClass.SelectiveSender, FaultClass.LiarOfHeights, FaultClass.BadCertificate, FaultClass.BadJustification,
    ];

    private static readonly FaultClass[] Tainting =
        [FaultClass.WipedDisk, FaultClass.KeyClone, FaultClass.LostWrites, FaultClass.BitRot, FaultClass.StaleRestore];

    private static readonly FaultClass[] Common =
    [
        FaultClass.LongDelay, FaultClass.CloudLatency, FaultClass.Loss, FaultClass.BurstLoss, FaultClass.Duplication, FaultClass.Replay,
        FaultClass.Reorder, FaultClass.OneWayCut, FaultClass.MinorityCut, FaultClass.HalfCut, FaultClass.RingCut, FaultClass.BridgeCut,
        FaultClass.LeaderCut, FaultClass.Flap, FaultClass.BandwidthCap, FaultClass.SlowDrip, FaultClass.ConnectionReset,
        FaultClass.TruncatedFrame, FaultClass.FlippedFrame, FaultClass.Crash, FaultClass.CrashAtEffect, FaultClass.CrashAll, FaultClass.Pause,
        FaultClass.SlowPeer, FaultClass.TornBatch, FaultClass.WriteError, FaultClass.DiskFull, FaultClass.SlowDisk, FaultClass.ClockOffset,
        FaultClass.ClockDrift, FaultClass.ClockJump, FaultClass.ClockFrozen, FaultClass.MempoolFlooder,
    ];

    /// <summary>The run of a seed.</summary>
    /// <param name="length">Its whole length; the second half, at most sixteen seconds of it, is for coming back.</param>
    public static AgreementConfig Draw(ulong seed, int validators, Duration length, Mutant mutant = Mutant.None)
    {
        Prng prng = new(seed ^ 0x5EED_A6EE_0000_0000);
        // A delay that is not capped shows after many views.
        if (mutant == Mutant.NoDelayCap) length += Duration.FromMinutes(3);
        Duration heal = length - Duration.FromSeconds(Math.Min(16, length.Seconds / 2));
        List<NemesisStep> steps = [];
        LinkConditions links = LinkConditions.Calm;
        int faulty = (validators - 1) / 3;
        bool isSingle = prng.NextChance(SingleClassPerMille);
        int honestFrom = Lure(prng, mutant, heal, steps, ref links);
        if (honestFrom > 0) isSingle = false;
        for (int peer = honestFrom; peer < faulty && !isSingle; peer++)
        {
            if (prng.NextChance(500)) continue;
            if (prng.NextChance(650)) steps.Add(Liar(peer, Liars[prng.NextBelow(Liars.Length)]));
            else steps.Add(Taint(prng, peer, Tainting[prng.NextBelow(Tainting.Length)], heal));
        }

        if (isSingle)
        {
            int drawn = prng.NextBelow(Common.Length + Tainting.Length);
            if (drawn < Common.Length) Switch(prng, Common[drawn], heal, steps, ref links);
            else if (faulty > 0) steps.Add(Taint(prng, 0, Tainting[drawn - Common.Length], heal));
        }
        else
        {
            int harshness = 60 + prng.NextBelow(200);
            foreach (FaultClass fault in Common)
            {
                if (prng.NextChance(harshness)) Switch(prng, fault, heal, steps, ref links);
            }
        }

        if (links != LinkConditions.Calm) steps.Add(new NemesisStep { At = Duration.FromMilliseconds(500), Act = NemesisAct.Link, Links = links });
        int observers = validators < 16 && prng.NextChance(250) ? 1 : 0;
        Duration transferEvery = prng.NextChance(200) ? Duration.Zero : Duration.FromMilliseconds(300 + prng.NextBelow(3000));
        Duration setChangeEvery = prng.NextChance(SetChangePerMille) ? prng.NextDuration(Duration.FromSeconds(2), Duration.FromSeconds(6)) : Duration.Zero;
        return new AgreementConfig
        {
            Seed = seed,
            Validators = validators,
            // Those who may come into the set.
            Observers = setChangeEvery > Duration.Zero ? 2 : observers,
            TransferEvery = transferEvery,
            SetChangeEvery = setChangeEvery,
            Mutant = mutant,
            Plan = new NemesisPlan
            {
                Name = "swarm",
                Peers = validators,
                Length = length,
                HealAt = heal,
                Steps = [.. steps],
            },
        };
    }

    // An error that only one kind of misfortune brings out gets it, so that its hunt is short. How many keys that uses up.
    private static int Lure(Prng prng, Mutant mutant, Duration heal, List<NemesisStep> steps, ref LinkConditions links)
    {
        switch (mutant)
        {
            case Mutant.ForgetOwnVotes:
                steps.Add(Liar(0, FaultClass.Withholder));
                links = links with { DelayMax = Duration.FromMilliseconds(300) };
                steps.Add(new NemesisStep
                {
                    At = Duration.FromSeconds(2),
                    Act = NemesisAct.CrashAtEffect,
                    Target = NemesisTarget.All,
                    Every = prng.NextDuration(Duration.FromMilliseconds(900), Duration.FromMilliseconds(2500)),
                    Lasts = Duration.FromMilliseconds(800),
                });
                return 1;
            case Mutant.NoDelayCap:
                steps.Add(new NemesisStep
                {
                    At = Duration.FromSeconds(2),
                    Act = NemesisAct.Cut,
                    Target = NemesisTarget.Leader,
                    Every = prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromMilliseconds(200)),
                });
                return 1;
            case Mutant.AcceptMissingSkips:
                steps.Add(Liar(0, FaultClass.BadJustification));
                Switch(prng, FaultClass.LongDelay, heal, steps, ref links);
                Switch(prng, FaultClass.Loss, heal, steps, ref links);
                return 1;
            case Mutant.IgnoreTime:
                steps.Add(Liar(0, FaultClass.BadJustification));
                return 1;
            default:
                return 0;
        }
    }

    private static NemesisStep Liar(int peer, FaultClass kind) => new()
    {
        At = Duration.Zero,
        Act = NemesisAct.Be,
        Target = NemesisTarget.Peer,
        Peer = peer,
        Misdeed = kind,
    };

    private static NemesisStep Taint(Prng prng, int peer, FaultClass kind, Duration heal)
    {
        NemesisStep step = new()
        {
            At = Within(prng, heal),
            Act = NemesisAct.Wipe,
            Target = NemesisTarget.Peer,
            Peer = peer,
            Lasts = prng.NextDuration(Duration.FromMilliseconds(200), Duration.FromSeconds(3)),
        };
        return kind switch
        {
            FaultClass.KeyClone => step with { Act = NemesisAct.Clone },
            FaultClass.LostWrites => step with { Act = NemesisAct.Disk, Disk = DiskFault.Lost, Lasts = Duration.FromSeconds(6), At = Duration.FromSeconds(1) },
            FaultClass.BitRot => step with { Act = NemesisAct.Disk, Disk = DiskFault.Rot },
            FaultClass.StaleRestore => step with { Act = NemesisAct.Restore, By = prng.NextDuration(Duration.FromMilliseconds(200), Duration.FromSeconds(4)) },
            _ => step,
        };
    }

    private static Duration Within(Prng prng, Duration heal) => prng.NextDuration(Duration.FromMilliseconds(300), heal - Duration.FromMilliseconds(500));

    private static void Switch(Prng prng, FaultClass fault, Duration heal, List<NemesisStep> steps, ref LinkConditions links)
    {
        NemesisStep step = new()
        {
            At = Within(prng, heal),
            Act = NemesisAct.Crash,
            Every = prng.NextDuration(Duration.FromMilliseconds(1500), Duration.FromSeconds(6)),
            Lasts = prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromSeconds(3)),
        };
        switch (fault)
        {
            case FaultClass.LongDelay:
                links = links with { DelayMax = Duration.FromMilliseconds(100 + prng.NextBelow(1500)) };
                break;
            case FaultClass.CloudLatency:
                links = links with { IsCloud = true };
                break;
            case FaultClass.Loss:
                links = links with { LossPerMille = 10 + prng.NextBelow(390) };
                break;
            case FaultClass.BurstLoss:
                links = links with { BurstPerMille = 5 + prng.NextBelow(60) };
                break;
            case FaultClass.Duplication:
                links = links with { DuplicationPerMille = 10 + prng.NextBelow(490) };
                break;
            case FaultClass.Replay:
                links = links with { ReplayPerMille = 10 + prng.NextBelow(490) };
                break;
            case FaultClass.Reorder:
                links = links with { ReorderPerMille = 10 + prng.NextBelow(400) };
                break;
            case FaultClass.BandwidthCap:
                links = links with { BytesPerSecond = 8_000 + prng.NextBelow(100_000) };
                break;
            case FaultClass.TruncatedFrame:
                links = links with { TruncationPerMille = 1 + prng.NextBelow(10) };
                break;
            case FaultClass.FlippedFrame:
                links = links with { FlipPerMille = 1 + prng.NextBelow(10) };
                break;
            case FaultClass.OneWayCut:
                steps.Add(step with { Act = NemesisAct.Cut, Shape = CutShape.OneWay, Target = prng.NextChance(500) ? NemesisTarget.Leader : NemesisTarget.Minority });
                break;
            case FaultClass.MinorityCut:
                steps.Add(step with { Act = NemesisAct.Cut, Target = NemesisTarget.Minority });
                break;
            case FaultClass.HalfCut:
                steps.Add(step with { Act = NemesisAct.Cut, Target = NemesisTarget.Half });
                break;
            case FaultClass.RingCut:
                steps.Add(step with { Act = NemesisAct.Cut, Shape = CutShape.Ring });
                break;
            case FaultClass.BridgeCut:
                steps.Add(step with { Act = NemesisAct.Cut, Shape = CutShape.Bridge });
                break;
            case FaultClass.LeaderCut:
                steps.Add(step with { Act = NemesisAct.Cut, Target = prng.NextChance(500) ? NemesisTarget.Leader : NemesisTarget.NextLeader });
                break;
            case FaultClass.Flap:
                steps.Add(step with { Act = NemesisAct.Flap, Target = NemesisTarget.Half, By = Duration.FromMilliseconds(100 + prng.NextBelow(700)), Every = Duration.FromSeconds(6) });
                break;
            case FaultClass.SlowDrip:
                steps.Add(step with { Act = NemesisAct.Drip, Rate = 500 + prng.NextBelow(5000) });
                break;
            case FaultClass.ConnectionReset:
                steps.Add(step with { Act = NemesisAct.Reset, Every = Duration.FromMilliseconds(200 + prng.NextBelow(2000)) });
                break;
            case FaultClass.Crash:
                steps.Add(step with { Target = prng.NextChance(300) ? NemesisTarget.Leader : NemesisTarget.Random });
                break;
            case FaultClass.CrashAtEffect:
                steps.Add(step with { Act = NemesisAct.CrashAtEffect });
                break;
            case FaultClass.CrashAll:
                steps.Add(step with { Target = NemesisTarget.All });
                break;
            case FaultClass.Pause:
                steps.Add(step with { Act = NemesisAct.Pause, Target = prng.NextChance(500) ? NemesisTarget.Leader : NemesisTarget.Random });
                break;
            case FaultClass.SlowPeer:
                steps.Add(step with { Act = NemesisAct.Slow });
                break;
            case FaultClass.TornBatch:
                steps.Add(step with { Act = NemesisAct.Disk, Disk = DiskFault.Torn });
                break;
            case FaultClass.WriteError:
                steps.Add(step with { Act = NemesisAct.Disk, Disk = DiskFault.Error });
                break;
            case FaultClass.DiskFull:
                steps.Add(step with { Act = NemesisAct.Disk, Disk = DiskFault.Full });
                break;
            case FaultClass.SlowDisk:
                steps.Add(step with { Act = NemesisAct.Disk, Disk = DiskFault.Slow });
                break;
            case FaultClass.ClockOffset:
                steps.Add(Wrong(prng, step, ClockFault.Offset));
                break;
            case FaultClass.ClockDrift:
                steps.Add(Wrong(prng, step, ClockFault.Drift));
                break;
            case FaultClass.ClockJump:
                steps.Add(Wrong(prng, step, ClockFault.Jump));
                break;
            case FaultClass.ClockFrozen:
                steps.Add(Wrong(prng, step, ClockFault.Frozen));
                break;
            case FaultClass.MempoolFlooder:
                steps.Add(step with { Act = NemesisAct.Flood, Rate = 10 + prng.NextBelow(40), Every = Duration.Zero, Lasts = Duration.FromSeconds(4) });
                break;
            default:
                Invariant.Break("a class without a switch");
                break;
        }
    }

    private static NemesisStep Wrong(Prng prng, NemesisStep step, ClockFault fault) => step with
    {
        Act = NemesisAct.Clock,
        Clock = fault,
        By = prng.NextDuration(Duration.FromMilliseconds(100), Duration.FromSeconds(4)),
    };
}
