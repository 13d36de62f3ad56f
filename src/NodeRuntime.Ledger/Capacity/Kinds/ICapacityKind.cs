using System;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity.Kinds;

/// <summary>
/// What differs from one kind of capacity to another; all else is one lifecycle. Nothing here hashes with the work function or makes a row, but
/// <see cref="IsFalse"/>.
/// </summary>
internal interface ICapacityKind
{
    /// <summary>Units of one peer.</summary>
    uint UnitsMax(CapacityTerms terms);

    /// <summary>Whether a claim is opened behind the closing.</summary>
    bool HasOpening { get; }

    /// <param name="subject">What verifiers will speak of.</param>
    CapacityVerdict CheckClaim(CapacityDuty duty, ReadOnlyMemory<byte> claim, Instant now, out Hash256 subject);

    CapacityVerdict CheckOpening(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> opening);

    /// <summary>All of an accusation that costs next to nothing.</summary>
    CapacityVerdict CheckFault(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault);

    /// <summary>Whether an accusation of good form convicts: one hash, or one row.</summary>
    bool IsFalse(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault, IWorkHashes works);

    /// <summary>What a false answer costs.</summary>
    Amount PenaltyOf(CapacityTerms terms, uint units);

    /// <summary>What an answer proves that verifiers have passed.</summary>
    KindProof Prove(CapacityDuty duty, CapacityAnswerRecord answer);

    /// <summary>What the kind remembers after a period that was missed, or answered wrongly.</summary>
    ReadOnlyMemory<byte> Miss(CapacityTerms terms, ReadOnlyMemory<byte> memory);

    /// <summary>What it remembers after a period that counts for nothing.</summary>
    ReadOnlyMemory<byte> Skip(CapacityTerms terms, ReadOnlyMemory<byte> memory);
}

/// <param name="IsEnough">False: it holds and shows too little, which is a fault.</param>
/// <param name="Units">Proven, and to be paid.</param>
internal readonly record struct KindProof(bool IsEnough, uint Units, ReadOnlyMemory<byte> Memory);

/// <summary>Every kind that there is.</summary>
internal static class CapacityKinds
{
    public static System.Collections.Immutable.ImmutableArray<CapacityKind> All { get; } = [CapacityKind.Cpu, CapacityKind.Space];

    public static ICapacityKind Of(CapacityKind kind) => kind switch
    {
        CapacityKind.Cpu => CpuKind.Instance,
        CapacityKind.Space => SpaceKind.Instance,
    };
}
