using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>What is said of a commitment, in the order of the checks.</summary>
public enum ShareCommitmentVerdict
{
    Accepted,
    WrongOwner,
    WrongSlice,
    WrongKind,

    /// <summary>Not the number of units that the peer has registered.</summary>
    WrongUnits,

    /// <summary>More shares than its units have buckets.</summary>
    TooManyShares,

    /// <summary>Shares without a root, or a root without shares.</summary>
    RootWrong,
    Late,
}

/// <summary>What is said of an opening, in the order of the checks; the dear one is the last.</summary>
public enum ShareOpeningVerdict
{
    Accepted,

    /// <summary>It opens something else.</summary>
    WrongCommitment,

    /// <summary>More or fewer shares than were drawn.</summary>
    CountWrong,

    /// <summary>Its path is not as long as the tree is deep.</summary>
    DepthWrong,

    /// <summary>The place is of a unit that the commitment does not have.</summary>
    UnitForeign,

    /// <summary>The nonce is beyond its bucket.</summary>
    OffsetOutOfRange,
    Duplicate,
    Unsorted,

    /// <summary>A sum in its path is larger than its part of the tree.</summary>
    SumImpossible,

    /// <summary>The path leads to another root, or to another number of shares.</summary>
    RootMismatch,

    /// <summary>The beacon asked for others.</summary>
    NotDrawn,

    /// <summary>Forged: its hash is not below the target. A <see cref="ShareFault"/> shows it to everybody.</summary>
    MissesTarget,
}

/// <summary>What is said of an accusation, in the order of the checks.</summary>
public enum ShareFaultVerdict
{
    /// <summary>The peer forged.</summary>
    Accepted,
    WrongOwner,
    WrongSlice,

    /// <summary>The share is not one of the commitment's: nothing is shown.</summary>
    NotCommitted,

    /// <summary>The share is good: the accusation is false.</summary>
    HitsTarget,
}

/// <summary>A verdict on an opening, and the share that it is about where it is about one.</summary>
public readonly record struct ShareOpeningOutcome(ShareOpeningVerdict Verdict, int? Index = null);

/// <summary>Decides about commitments, openings and accusations of the share ledger.</summary>
public static class ShareRules
{
    public static ShareCommitmentVerdict CheckCommitment(SliceDuty duty, ShareCommitment commitment, Instant now)
    {
        if (commitment.Owner != duty.Owner) return ShareCommitmentVerdict.WrongOwner;
        if (commitment.Slice != duty.Slice) return ShareCommitmentVerdict.WrongSlice;
        if (commitment.Kind != duty.Parameters.Kind) return ShareCommitmentVerdict.WrongKind;
        if (commitment.Units != duty.Units) return ShareCommitmentVerdict.WrongUnits;
        if (commitment.Found.Count > (ulong)duty.Units << duty.Parameters.BucketBits) return ShareCommitmentVerdict.TooManyShares;
        if (commitment.Found.Count == 0 != commitment.Found.Hash.IsZero) return ShareCommitmentVerdict.RootWrong;
        return now > duty.Deadline ? ShareCommitmentVerdict.Late : ShareCommitmentVerdict.Accepted;
    }

    /// <summary>The ranks that the next slice's beacon opens, in increasing order.</summary>
    public static ImmutableArray<uint> Drawn(CpuParameters parameters, ShareCommitment commitment, Hash256 nextBeacon)
    {
        Hash256 seed = Hasher.Tagged(HashDomain.CapacityDraw, nextBeacon.AsSpan(), commitment.Digest.AsSpan());
        return BeaconDraw.Distinct(HashDomain.CapacityDraw, seed, commitment.Found.Count, parameters.OpenedShares);
    }

    /// <summary>The opening that an honest peer gives.</summary>
    public static ShareOpening Open(CpuParameters parameters, ShareCommitment commitment, ShareTree tree, Hash256 nextBeacon)
    {
        Invariant.Holds(tree.Root == commitment.Found);
        ImmutableArray<ShareProof>.Builder shares = ImmutableArray.CreateBuilder<ShareProof>();
        foreach (uint rank in Drawn(parameters, commitment, nextBeacon)) shares.Add(tree.Prove(rank));
        return new ShareOpening(commitment.Digest, shares.ToImmutable());
    }

    /// <param name="commitment">One that was accepted.</param>
    /// <param name="nextBeacon">Of the slice behind the commitment's.</param>
    /// <param name="hash">Under <see cref="SliceDuty.Key"/>.</param>
    public static ShareOpeningOutcome CheckOpening(
        SliceDuty duty, ShareCommitment commitment, ShareOpening opening, Hash256 nextBeacon, IWorkHash hash)
    {
        ShareOpeningOutcome form = CheckOpeningForm(duty, commitment, opening, nextBeacon);
        if (form.Verdict != ShareOpeningVerdict.Accepted) return form;
        for (int i = 0; i < opening.Shares.Length; i++)
        {
            if (!opening.Shares[i].Share.Hits(duty.Parameters, duty.Beacon, duty.Owner, hash)) return new(ShareOpeningVerdict.MissesTarget, i);
        }

        return new(ShareOpeningVerdict.Accepted);
    }

    /// <summary>All but the work function: what a ledger checks. Whether the shares are below the target is for verifiers to say.</summary>
    public static ShareOpeningOutcome CheckOpeningForm(SliceDuty duty, ShareCommitment commitment, ShareOpening opening, Hash256 nextBeacon)
    {
        if (opening.Commitment != commitment.Digest) return new(ShareOpeningVerdict.WrongCommitment);
        ImmutableArray<uint> drawn = Drawn(duty.Parameters, commitment, nextBeacon);
        if (opening.Shares.Length != drawn.Length) return new(ShareOpeningVerdict.CountWrong);
        for (int i = 0; i < drawn.Length; i++)
        {
            ShareProof proof = opening.Shares[i];
            ShareOpeningVerdict form = CheckForm(duty.Parameters, commitment, proof);
            if (form != ShareOpeningVerdict.Accepted) return new(form, i);
            if (i > 0 && proof.Share.Place == opening.Shares[i - 1].Share.Place) return new(ShareOpeningVerdict.Duplicate, i);
            if (i > 0 && proof.Share.Place < opening.Shares[i - 1].Share.Place) return new(ShareOpeningVerdict.Unsorted, i);
            if (proof.Walk() is not { } walk) return new(ShareOpeningVerdict.SumImpossible, i);
            if (walk.Root != commitment.Found) return new(ShareOpeningVerdict.RootMismatch, i);
            if (walk.Rank != drawn[i]) return new(ShareOpeningVerdict.NotDrawn, i);
        }

        return new(ShareOpeningVerdict.Accepted);
    }

    /// <summary>What a verifier hashes of an opening of good form, where hashes are computed elsewhere; in the order of its shares.</summary>
    public static ImmutableArray<ReadOnlyMemory<byte>> InputsOf(SliceDuty duty, ShareOpening opening)
    {
        ImmutableArray<ReadOnlyMemory<byte>>.Builder inputs = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(opening.Shares.Length);
        foreach (ShareProof proof in opening.Shares)
        {
            Hash256 seed = CpuSeeds.SliceSeed(duty.Beacon, duty.Owner, proof.Share.UnitOf(duty.Parameters));
            inputs.Add(proof.Share.InputOf(duty.Parameters, seed));
        }

        return inputs.MoveToImmutable();
    }

    /// <summary>The first of these hashes that is not below the target; null where all are.</summary>
    public static int? FindMiss(CpuParameters parameters, ImmutableArray<Hash256> hashes)
    {
        for (int i = 0; i < hashes.Length; i++)
        {
            if (!Share.IsBelowTarget(parameters, hashes[i])) return i;
        }

        return null;
    }

    /// <summary>One hash decides. Nobody who committed to shares alone can be convicted.</summary>
    public static ShareFaultVerdict CheckFault(SliceDuty duty, ShareFault fault, IWorkHash hash)
    {
        ShareFaultVerdict form = CheckFaultForm(duty, fault);
        if (form != ShareFaultVerdict.Accepted) return form;
        // A place or a nonce outside its range is no share either, whatever its hash.
        bool isForged = CheckForm(duty.Parameters, fault.Commitment, fault.Share) != ShareOpeningVerdict.Accepted
            || !fault.Share.Share.Hits(duty.Parameters, duty.Beacon, duty.Owner, hash);
        return isForged ? ShareFaultVerdict.Accepted : ShareFaultVerdict.HitsTarget;
    }

    /// <summary>All but the hash: whether the share is one of the commitment's.</summary>
    public static ShareFaultVerdict CheckFaultForm(SliceDuty duty, ShareFault fault)
    {
        if (fault.Commitment.Owner != duty.Owner) return ShareFaultVerdict.WrongOwner;
        if (fault.Commitment.Slice != duty.Slice) return ShareFaultVerdict.WrongSlice;
        if (fault.Share.Siblings.Length != duty.Parameters.TreeDepth) return ShareFaultVerdict.NotCommitted;
        if (fault.Share.Share.Place >> duty.Parameters.TreeDepth != 0) return ShareFaultVerdict.NotCommitted;
        bool isCommitted = fault.Share.Walk() is { } walk && walk.Root == fault.Commitment.Found;
        return isCommitted ? ShareFaultVerdict.Accepted : ShareFaultVerdict.NotCommitted;
    }

    private static ShareOpeningVerdict CheckForm(CpuParameters parameters, ShareCommitment commitment, ShareProof proof)
    {
        if (proof.Siblings.Length != parameters.TreeDepth) return ShareOpeningVerdict.DepthWrong;
        if (proof.Share.UnitOf(parameters) >= commitment.Units) return ShareOpeningVerdict.UnitForeign;
        return proof.Share.Offset >= parameters.BucketNonces ? ShareOpeningVerdict.OffsetOutOfRange : ShareOpeningVerdict.Accepted;
    }
}
