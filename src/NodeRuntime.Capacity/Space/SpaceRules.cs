using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>What is said of a proof of space, in the order of the checks; all but the last cost next to nothing.</summary>
public enum SpaceVerdict
{
    Accepted,

    /// <summary>It answers another challenge: another beacon, owner, registration or number of units.</summary>
    WrongChallenge,
    NonceOutOfRange,

    /// <summary>Not exactly the bytes that K2 numbers take: short or oversized.</summary>
    SizeWrong,

    /// <summary>Bits behind the last number.</summary>
    PaddingNotZero,

    /// <summary>A number that no scanned label has.</summary>
    IndexOutOfRange,
    IndexDuplicate,
    IndexUnsorted,

    /// <summary>The nonce does not hit the label: foreign, of a swapped unit, or made up. A <see cref="SpaceFault"/> shows it to everybody.</summary>
    LabelMisses,
}

/// <summary>What is said of an accusation, in the order of the checks.</summary>
public enum SpaceFaultVerdict
{
    /// <summary>The proof is false.</summary>
    Accepted,
    WrongProof,

    /// <summary>A proof of a wrong form needs no accusation: everybody refuses it.</summary>
    ProofMalformed,
    PositionOutOfRange,

    /// <summary>The label is hit: the accusation is false.</summary>
    LabelHits,
}

/// <summary>A verdict on a proof, and the position that it is about where it is about one.</summary>
public readonly record struct SpaceOutcome(SpaceVerdict Verdict, int? Position = null);

/// <summary>Decides about proofs of space and accusations against them.</summary>
public static class SpaceRules
{
    /// <summary>All positions: K2 rows.</summary>
    public static SpaceOutcome CheckAll(SpaceChallenge challenge, SpaceProof proof, IArgon2id argon2) =>
        Check(challenge, proof, argon2, [.. Enumerable.Range(0, challenge.Parameters.HitsNeeded)]);

    /// <summary>K3 positions of the verifier's own: K3 rows. A false label is found by each verifier with K3 / K2, whom the prover cannot foresee.</summary>
    /// <param name="verifierSeed">The verifier's secret or random bytes; the same seed looks at the same positions.</param>
    public static SpaceOutcome CheckSample(SpaceChallenge challenge, SpaceProof proof, IArgon2id argon2, Hash256 verifierSeed) =>
        Check(challenge, proof, argon2, SampleOf(challenge, proof, verifierSeed));

    /// <summary>The positions that <see cref="CheckSample"/> looks at, in increasing order.</summary>
    public static ImmutableArray<int> SampleOf(SpaceChallenge challenge, SpaceProof proof, Hash256 verifierSeed)
    {
        Hash256 seed = Hasher.Tagged(HashDomain.PlotSample, verifierSeed.AsSpan(), proof.Digest.AsSpan());
        ImmutableArray<uint> drawn = BeaconDraw.Distinct(
            HashDomain.PlotSample, seed, (uint)challenge.Parameters.HitsNeeded, challenge.Parameters.LabelsVerified);
        return [.. drawn.Select(static position => (int)position)];
    }

    /// <summary>The rows of these positions of a proof of good form, where rows are made elsewhere.</summary>
    public static ImmutableArray<ulong> RowsOf(SpaceChallenge challenge, SpaceProof proof, ImmutableArray<int> positions)
    {
        Invariant.Holds(CheckForm(challenge, proof, out ImmutableArray<ulong> indices).Verdict == SpaceVerdict.Accepted);
        return [.. positions.Select(position => challenge.RowOf(indices[position]).Row)];
    }

    /// <summary>The first of these positions whose label is not hit; null where all are.</summary>
    /// <param name="rows">1,024 bytes for each position, as <see cref="RowsOf"/> names them.</param>
    public static int? FindMiss(SpaceChallenge challenge, SpaceProof proof, ImmutableArray<int> positions, ReadOnlySpan<byte> rows)
    {
        Invariant.Holds(rows.Length == positions.Length * SpaceParameters.RowByteCount);
        Invariant.Holds(CheckForm(challenge, proof, out ImmutableArray<ulong> indices).Verdict == SpaceVerdict.Accepted);
        LabelSieve sieve = SieveOf(challenge, proof);
        for (int i = 0; i < positions.Length; i++)
        {
            (_, int label) = challenge.RowOf(indices[positions[i]]);
            ReadOnlySpan<byte> bytes = rows.Slice((i * SpaceParameters.RowByteCount) + (label * SpaceParameters.LabelByteCount), SpaceParameters.LabelByteCount);
            if (!sieve.Hits(bytes, proof.Nonce % LabelSieve.NonceCount)) return positions[i];
        }

        return null;
    }

    /// <summary>One row decides. Nobody whose labels are hit can be convicted.</summary>
    public static SpaceFaultVerdict CheckFault(SpaceChallenge challenge, SpaceProof proof, SpaceFault fault, IArgon2id argon2)
    {
        SpaceFaultVerdict form = CheckFaultForm(challenge, proof, fault, out ImmutableArray<ulong> indices);
        if (form != SpaceFaultVerdict.Accepted) return form;
        bool isHit = IsHit(challenge, proof.Nonce, SieveOf(challenge, proof), indices[fault.Position], argon2);
        return isHit ? SpaceFaultVerdict.LabelHits : SpaceFaultVerdict.Accepted;
    }

    /// <summary>All but the row.</summary>
    public static SpaceFaultVerdict CheckFaultForm(SpaceChallenge challenge, SpaceProof proof, SpaceFault fault) =>
        CheckFaultForm(challenge, proof, fault, out _);

    private static SpaceFaultVerdict CheckFaultForm(SpaceChallenge challenge, SpaceProof proof, SpaceFault fault, out ImmutableArray<ulong> indices)
    {
        indices = [];
        if (fault.Proof != proof.Digest) return SpaceFaultVerdict.WrongProof;
        if (CheckForm(challenge, proof, out indices).Verdict != SpaceVerdict.Accepted) return SpaceFaultVerdict.ProofMalformed;
        return fault.Position >= indices.Length ? SpaceFaultVerdict.PositionOutOfRange : SpaceFaultVerdict.Accepted;
    }

    /// <summary>All that costs next to nothing: what a ledger checks.</summary>
    public static SpaceOutcome CheckForm(SpaceChallenge challenge, SpaceProof proof) => CheckForm(challenge, proof, out _);

    private static SpaceOutcome Check(SpaceChallenge challenge, SpaceProof proof, IArgon2id argon2, ImmutableArray<int> positions)
    {
        SpaceOutcome form = CheckForm(challenge, proof, out ImmutableArray<ulong> indices);
        if (form.Verdict != SpaceVerdict.Accepted) return form;
        LabelSieve sieve = SieveOf(challenge, proof);
        foreach (int position in positions)
        {
            if (!IsHit(challenge, proof.Nonce, sieve, indices[position], argon2)) return new(SpaceVerdict.LabelMisses, position);
        }

        return new(SpaceVerdict.Accepted);
    }

    private static SpaceOutcome CheckForm(SpaceChallenge challenge, SpaceProof proof, out ImmutableArray<ulong> indices)
    {
        indices = [];
        int count = challenge.Parameters.HitsNeeded;
        if (proof.Challenge != challenge.Digest) return new(SpaceVerdict.WrongChallenge);
        if (proof.Nonce >= challenge.Parameters.Nonces) return new(SpaceVerdict.NonceOutOfRange);
        if (proof.Indices.Length != PackedIndices.ByteCountOf(count, challenge.IndexBits)) return new(SpaceVerdict.SizeWrong);
        (ImmutableArray<ulong> unpacked, bool isPadded) = PackedIndices.Unpack(proof.Indices.AsSpan(), count, challenge.IndexBits);
        if (!isPadded) return new(SpaceVerdict.PaddingNotZero);
        for (int i = 0; i < count; i++)
        {
            if (unpacked[i] >= challenge.LabelCount) return new(SpaceVerdict.IndexOutOfRange, i);
            if (i > 0 && unpacked[i] == unpacked[i - 1]) return new(SpaceVerdict.IndexDuplicate, i);
            if (i > 0 && unpacked[i] < unpacked[i - 1]) return new(SpaceVerdict.IndexUnsorted, i);
        }

        indices = unpacked;
        return new(SpaceVerdict.Accepted);
    }

    private static LabelSieve SieveOf(SpaceChallenge challenge, SpaceProof proof) => challenge.SieveOf(proof.Nonce / LabelSieve.NonceCount);

    private static bool IsHit(SpaceChallenge challenge, byte nonce, LabelSieve sieve, ulong index, IArgon2id argon2)
    {
        (ulong row, int label) = challenge.RowOf(index);
        Span<byte> bytes = stackalloc byte[SpaceParameters.RowByteCount];
        challenge.Identity.MakeRow(challenge.Parameters, argon2, row, bytes);
        return sieve.Hits(bytes.Slice(label * SpaceParameters.LabelByteCount, SpaceParameters.LabelByteCount), nonce % LabelSieve.NonceCount);
    }
}
