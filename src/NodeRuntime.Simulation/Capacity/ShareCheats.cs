using System.Collections.Generic;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Capacity;

/// <summary>
/// Cheaters of the share ledger, one try (a slice) a trial. The draws are the ledger's own; what a work function says is known beforehand: a share is forged
/// or it is not. One honest verifier of the drawn ones is enough, since what it sees convicts.
/// </summary>
public static class ShareCheats
{
    public static IEnumerable<CheatRow> Run(CheatSettings settings)
    {
        foreach (int forgedPerMille in (int[])[25, 50, 100, 500]) yield return Forge(settings, settings.HonestShares, forgedPerMille, beaconTries: 1);
        // One of a hundred needs a hundred shares: a peer of several cores.
        yield return Forge(settings, 10 * settings.HonestShares, 10, beaconTries: 1);
        yield return Forge(settings, settings.HonestShares, 100, beaconTries: 2);
        yield return Grind(settings, "identity, the best of 16", identities: 16);
        yield return Replay(settings);
        yield return Late(settings);
        foreach (int identities in (int[])[2, 10, 50]) yield return ShareDataset(settings, identities);
        yield return Honest(settings);
    }

    /// <summary>Claims more shares than it found. With two tries it may withhold a reveal and see another beacon, which costs it elsewhere.</summary>
    private static CheatRow Forge(CheatSettings settings, int honestShares, int forgedPerMille, int beaconTries)
    {
        CpuParameters parameters = settings.Parameters.Cpu;
        Prng prng = new(settings.Seed);
        int claimed = (int)((long)honestShares * 1000 / (1000 - forgedPerMille));
        int forged = System.Math.Max(1, claimed - honestShares);
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            bool isSeen = true;
            for (int i = 0; i < beaconTries && isSeen; i++) isSeen = DrawsBelow(parameters, prng, (uint)(honestShares + forged), (uint)forged);
            if (isSeen && HasHonestVerifier(settings, prng)) detected++;
        }

        string tries = beaconTries == 1 ? string.Empty : $", the better of {beaconTries} beacons";
        return Row(settings, $"forges {forged} of {honestShares + forged} shares{tries}", detected, 1000L * forged / honestShares);
    }

    /// <summary>
    /// Looks for the identity that is drawn best, before the beacon: it can only guess. It takes the one that did best at the last slice, and forges a tenth.
    /// </summary>
    private static CheatRow Grind(CheatSettings settings, string what, int identities)
    {
        CpuParameters parameters = settings.Parameters.Cpu;
        Prng prng = new(settings.Seed);
        uint claimed = (uint)(settings.HonestShares * 10 / 9), forged = claimed - (uint)settings.HonestShares;
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            Hash256 last = HashOf(prng), next = HashOf(prng), chosen = Hash256.Zero;
            for (int i = 0; i < identities; i++)
            {
                Hash256 identity = HashOf(prng);
                chosen = identity;
                if (!IsSeen(parameters, last, identity, claimed, forged)) break;
            }

            if (IsSeen(parameters, next, chosen, claimed, forged) && HasHonestVerifier(settings, prng)) detected++;
        }

        return Row(settings, $"grinds its {what}, forges a tenth", detected, 1000L * forged / settings.HonestShares);
    }

    /// <summary>Shows an earlier slice's commitment and opening again. Refused by the rules themselves, every time.</summary>
    private static CheatRow Replay(CheatSettings settings)
    {
        CpuParameters parameters = settings.Parameters.Cpu;
        Prng prng = new(settings.Seed);
        PeerId peer = new(HashOf(prng));
        KnownWork work = new();
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            ShareTree tree = new([new Share(prng.NextBelow(2) == 0 ? 1u : 2u, (ushort)prng.NextBelow(parameters.BucketNonces))], parameters.TreeDepth);
            SliceDuty old = new(parameters, peer, new SliceNumber((uint)trial), HashOf(prng), HashOf(prng), Instant.Epoch, 1);
            SliceDuty now = old with { Slice = new SliceNumber((uint)trial + 1 + (uint)prng.NextBelow(200)), Beacon = HashOf(prng) };
            ShareCommitment commitment = new(peer, old.Slice, parameters.Kind, 1, tree.Root);
            ShareCommitment renamed = commitment with { Slice = now.Slice };
            ShareOpening opening = ShareRules.Open(parameters, commitment, tree, HashOf(prng));
            bool isRefused = ShareRules.CheckCommitment(now, commitment, Instant.Epoch) == ShareCommitmentVerdict.WrongSlice
                && ShareRules.CheckOpening(now, renamed, opening, HashOf(prng), work).Verdict == ShareOpeningVerdict.WrongCommitment;
            if (isRefused) detected++;
        }

        return Row(settings, "replays an earlier slice", detected, 1000, penalty: 0);
    }

    private static CheatRow Late(CheatSettings settings)
    {
        Prng prng = new(settings.Seed);
        PeerId peer = new(HashOf(prng));
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            SliceDuty duty = new(settings.Parameters.Cpu, peer, new SliceNumber(1), HashOf(prng), HashOf(prng), Instant.Epoch, 1);
            ShareCommitment commitment = new(peer, duty.Slice, duty.Parameters.Kind, 1, new ShareSum(1, HashOf(prng)));
            Instant arrival = duty.Deadline + prng.NextDuration(new Duration(1), duty.Parameters.Slice);
            if (ShareRules.CheckCommitment(duty, commitment, arrival) == ShareCommitmentVerdict.Late) detected++;
        }

        return Row(settings, "works longer and comes late", detected, 1000, penalty: 0);
    }

    /// <summary>Identities with one dataset between them, a day a trial: seen where two are drawn for one slice, or one when another dataset has no room.</summary>
    private static CheatRow ShareDataset(CheatSettings settings, int identities)
    {
        CpuParameters parameters = settings.Parameters.Cpu;
        Prng prng = new(settings.Seed);
        int detected = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            bool isSeen = false;
            for (int slice = 0; slice < parameters.SlicesPerDay; slice++)
            {
                if (prng.NextBelow(parameters.SlicesPerDay) != 0) continue;
                int drawn = 0;
                for (int i = 0; i < identities; i++)
                {
                    if (prng.NextChance(parameters.MemoryCheckPerMille)) drawn++;
                }

                // One spare dataset serves one of them.
                isSeen |= drawn >= 2;
            }

            if (isSeen) detected++;
        }

        return new CheatRow($"{identities} identities share a dataset and have a spare one, a day", settings.Trials, detected, 0);
    }

    /// <summary>A day of an honest peer with lost messages and a restart: how often is a slice missed?</summary>
    private static CheatRow Honest(CheatSettings settings)
    {
        CpuParameters parameters = settings.Parameters.Cpu;
        Prng prng = new(settings.Seed);
        int faults = 0;
        for (int trial = 0; trial < settings.Trials; trial++)
        {
            Duration day = parameters.Slice * parameters.SlicesPerDay;
            Duration down = prng.NextDuration(Duration.Zero, day), length = prng.NextDuration(Duration.Zero, settings.RestartLongest);
            bool isFaulty = false;
            for (int slice = 0; slice < parameters.SlicesPerDay; slice++)
            {
                Duration start = parameters.Slice * slice;
                // A commitment, and later an opening: each in a window as long as that between duty and deadline.
                isFaulty |= !Arrives(settings, prng, start + parameters.Duty, start + parameters.SubmitBy, down, down + length);
                isFaulty |= !Arrives(settings, prng, start + parameters.Slice, start + parameters.Slice + parameters.SubmitBy - parameters.Duty, down, down + length);
            }

            if (isFaulty) faults++;
        }

        return new CheatRow("honest, with losses and a restart, a day of slices", settings.Trials, faults, 0);
    }

    private static bool Arrives(CheatSettings settings, Prng prng, Duration from, Duration until, Duration down, Duration up)
    {
        for (Duration at = from; at < until; at += settings.RepeatAfter)
        {
            if ((at < down || at >= up) && !prng.NextChance(settings.LossPerMille)) return true;
        }

        return false;
    }

    private static bool DrawsBelow(CpuParameters parameters, Prng prng, uint claimed, uint forged) =>
        BeaconDraw.Distinct(HashDomain.CapacityDraw, HashOf(prng), claimed, parameters.OpenedShares)[0] < forged;

    // Which of its ranks are forged is the cheater's choice, and does not matter: the first ones.
    private static bool IsSeen(CpuParameters parameters, Hash256 beacon, Hash256 identity, uint claimed, uint forged)
    {
        Hash256 seed = Hasher.Tagged(HashDomain.CapacityDraw, beacon.AsSpan(), identity.AsSpan());
        return BeaconDraw.Distinct(HashDomain.CapacityDraw, seed, claimed, parameters.OpenedShares)[0] < forged;
    }

    private static bool HasHonestVerifier(CheatSettings settings, Prng prng)
    {
        for (int i = 0; i < settings.Parameters.Cpu.Verifiers; i++)
        {
            if (!prng.NextChance(settings.ColludersPerMille)) return true;
        }

        return false;
    }

    private static CheatRow Row(CheatSettings settings, string strategy, int detected, long gain, int? penalty = null)
    {
        // What is seen earns nothing of the gain and costs the penalty, in slices.
        long cost = 1000L * (penalty ?? settings.Parameters.Cpu.ForgeryPenaltySlices);
        long passed = settings.Trials - detected;
        return new CheatRow(strategy, settings.Trials, detected, ((passed * gain) - (detected * cost)) / settings.Trials);
    }

    private static Hash256 HashOf(Prng prng)
    {
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount];
        prng.Fill(bytes);
        return new Hash256(bytes);
    }

    // Every input is a share: replays are refused before anything is hashed.
    private sealed class KnownWork : IWorkHash
    {
        public Hash256 Hash(System.ReadOnlySpan<byte> input) => Hash256.Zero;

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
