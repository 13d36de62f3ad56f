using System;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity.Kinds;

/// <summary>Space: an epoch's proof of rows. It is whole when it comes, and nothing of it is remembered but that it passed.</summary>
internal sealed class SpaceKind : ICapacityKind
{
    public static SpaceKind Instance { get; } = new();

    public bool HasOpening => false;

    public uint UnitsMax(CapacityTerms terms) => terms.Proofs.Space.UnitsMax;

    public CapacityVerdict CheckClaim(CapacityDuty duty, ReadOnlyMemory<byte> claim, Instant now, out Hash256 subject)
    {
        subject = Hash256.Zero;
        if (SpaceProof.Decode(claim) is not { } proof) return CapacityVerdict.ProofMalformed;
        subject = proof.Digest;
        CapacityVerdict form = SpaceRules.CheckForm(duty.Challenge, proof).Verdict switch
        {
            SpaceVerdict.Accepted => CapacityVerdict.Accepted,
            SpaceVerdict.WrongChallenge => CapacityVerdict.ProofForeign,
            SpaceVerdict.NonceOutOfRange => CapacityVerdict.NonceOutOfRange,
            SpaceVerdict.SizeWrong => CapacityVerdict.SizeWrong,
            SpaceVerdict.PaddingNotZero => CapacityVerdict.PaddingNotZero,
            SpaceVerdict.IndexOutOfRange => CapacityVerdict.IndexOutOfRange,
            SpaceVerdict.IndexDuplicate => CapacityVerdict.IndexDuplicate,
            SpaceVerdict.IndexUnsorted => CapacityVerdict.IndexUnsorted,
            SpaceVerdict.LabelMisses => Invariant.Unreachable<CapacityVerdict>("a form whose rows were made"),
        };
        if (form != CapacityVerdict.Accepted) return form;
        return now > duty.Period.StartedAt + duty.Schedule.ClosingAfter ? CapacityVerdict.Late : CapacityVerdict.Accepted;
    }

    public CapacityVerdict CheckOpening(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> opening) => CapacityVerdict.NothingToOpen;

    public CapacityVerdict CheckFault(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault)
    {
        if (SpaceFault.Decode(fault) is not { } position) return CapacityVerdict.FaultMalformed;
        return SpaceRules.CheckFaultForm(duty.Challenge, ProofOf(answer), position) == SpaceFaultVerdict.Accepted
            ? CapacityVerdict.Accepted
            : CapacityVerdict.FaultForeign;
    }

    public bool IsFalse(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault, IWorkHashes works)
    {
        SpaceFault position = SpaceFault.Decode(fault) ?? Invariant.Unreachable<SpaceFault>("an accusation that was checked");
        IArgon2id argon2 = SystemArgon2.Open().Create();
        return SpaceRules.CheckFault(duty.Challenge, ProofOf(answer), position, argon2) == SpaceFaultVerdict.Accepted;
    }

    /// <summary>The whole collateral.</summary>
    public Amount PenaltyOf(CapacityTerms terms, uint units) => terms.Space.CollateralPerUnit * units;

    public KindProof Prove(CapacityDuty duty, CapacityAnswerRecord answer) => new(true, duty.Units, duty.Record.Memory);

    public ReadOnlyMemory<byte> Miss(CapacityTerms terms, ReadOnlyMemory<byte> memory) => memory;

    public ReadOnlyMemory<byte> Skip(CapacityTerms terms, ReadOnlyMemory<byte> memory) => memory;

    private static SpaceProof ProofOf(CapacityAnswerRecord answer) =>
        SpaceProof.Decode(answer.Claim) ?? Invariant.Unreachable<SpaceProof>("a claim that was checked");
}
