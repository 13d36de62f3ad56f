using System;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Capacity.Kinds;

/// <summary>Processors: a slice's shares, committed, drawn from and opened. What it remembers is a day of slices, and what they show is a rate.</summary>
internal sealed class CpuKind : ICapacityKind
{
    public static CpuKind Instance { get; } = new();

    public bool HasOpening => true;

    public uint UnitsMax(CapacityTerms terms) => 1u << terms.Proofs.Cpu.UnitBits;

    public CapacityVerdict CheckClaim(CapacityDuty duty, ReadOnlyMemory<byte> claim, Instant now, out Hash256 subject)
    {
        subject = Hash256.Zero;
        if (ShareCommitment.Decode(claim) is not { } commitment) return CapacityVerdict.ProofMalformed;
        subject = commitment.Digest;
        return ShareRules.CheckCommitment(duty.Slice, commitment, now) switch
        {
            ShareCommitmentVerdict.Accepted => CapacityVerdict.Accepted,
            ShareCommitmentVerdict.WrongOwner or ShareCommitmentVerdict.WrongSlice => CapacityVerdict.ProofForeign,
            ShareCommitmentVerdict.WrongKind => CapacityVerdict.WorkKindWrong,
            ShareCommitmentVerdict.WrongUnits => CapacityVerdict.UnitsUnknown,
            ShareCommitmentVerdict.TooManyShares => CapacityVerdict.TooManyShares,
            ShareCommitmentVerdict.RootWrong => CapacityVerdict.RootWrong,
            ShareCommitmentVerdict.Late => CapacityVerdict.Late,
        };
    }

    public CapacityVerdict CheckOpening(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> opening)
    {
        Invariant.Holds(duty.Period.Closing is not null);
        if (ShareOpening.Decode(opening) is not { } shares) return CapacityVerdict.ProofMalformed;
        return ShareRules.CheckOpeningForm(duty.Slice, CommitmentOf(answer), shares, duty.Period.Closing.Beacon).Verdict switch
        {
            ShareOpeningVerdict.Accepted => CapacityVerdict.Accepted,
            ShareOpeningVerdict.WrongCommitment => CapacityVerdict.ProofForeign,
            ShareOpeningVerdict.CountWrong or ShareOpeningVerdict.NotDrawn => CapacityVerdict.NotDrawnShares,
            ShareOpeningVerdict.DepthWrong or ShareOpeningVerdict.UnitForeign or ShareOpeningVerdict.OffsetOutOfRange => CapacityVerdict.ShareMalformed,
            ShareOpeningVerdict.Duplicate => CapacityVerdict.IndexDuplicate,
            ShareOpeningVerdict.Unsorted => CapacityVerdict.IndexUnsorted,
            ShareOpeningVerdict.SumImpossible or ShareOpeningVerdict.RootMismatch => CapacityVerdict.RootWrong,
            ShareOpeningVerdict.MissesTarget => Invariant.Unreachable<CapacityVerdict>("a form that was hashed"),
        };
    }

    public CapacityVerdict CheckFault(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault)
    {
        if (ShareFault.Decode(fault) is not { } share) return CapacityVerdict.FaultMalformed;
        if (share.Commitment.Digest != answer.Subject) return CapacityVerdict.FaultForeign;
        return ShareRules.CheckFaultForm(duty.Slice, share) == ShareFaultVerdict.Accepted ? CapacityVerdict.Accepted : CapacityVerdict.FaultForeign;
    }

    public bool IsFalse(CapacityDuty duty, CapacityAnswerRecord answer, ReadOnlyMemory<byte> fault, IWorkHashes works)
    {
        ShareFault share = ShareFault.Decode(fault) ?? Invariant.Unreachable<ShareFault>("an accusation that was checked");
        SliceDuty slice = duty.Slice;
        // A peer that follows a chain of RandomX has its library, or did not start.
        using IWorkMemory memory = works.Open(slice.Parameters.Kind, slice.Key, WorkMode.Light)
            ?? Invariant.Unreachable<IWorkMemory>("a chain's work function that this machine cannot compute");
        using IWorkHash hash = memory.CreateHash();
        return ShareRules.CheckFault(slice, share, hash) == ShareFaultVerdict.Accepted;
    }

    public Amount PenaltyOf(CapacityTerms terms, uint units) => terms.Cpu.CapPerUnit * (ulong)terms.Proofs.Cpu.ForgeryPenaltySlices * units;

    public KindProof Prove(CapacityDuty duty, CapacityAnswerRecord answer)
    {
        CpuParameters parameters = duty.Terms.Proofs.Cpu;
        CpuWindow window = WindowOf(duty.Terms, duty.Record.Memory);
        uint shares = CommitmentOf(answer).Found.Count;
        bool isCheck = duty.Slice.IsMemoryCheck;
        bool isEnough = !isCheck || shares >= MemoryCheck.SharesNeeded(parameters, window.RateOf(parameters));
        ushort perMille = (ushort)(1000UL * duty.Units / duty.UnitsCommitted);
        window = window.Add(parameters, isCheck ? SliceRecord.Exempt : new SliceRecord(shares, perMille));
        uint units = Math.Min(duty.Units, window.RateOf(parameters).UnitsOf(parameters));
        return new KindProof(isEnough, units, window.Encode());
    }

    public ReadOnlyMemory<byte> Miss(CapacityTerms terms, ReadOnlyMemory<byte> memory) =>
        WindowOf(terms, memory).Add(terms.Proofs.Cpu, SliceRecord.Missed).Encode();

    public ReadOnlyMemory<byte> Skip(CapacityTerms terms, ReadOnlyMemory<byte> memory) =>
        WindowOf(terms, memory).Add(terms.Proofs.Cpu, SliceRecord.Exempt).Encode();

    public static CpuWindow WindowOf(CapacityTerms terms, ReadOnlyMemory<byte> memory) =>
        CpuWindow.Decode(terms.Proofs.Cpu, memory) ?? Invariant.Unreachable<CpuWindow>("a window that we did not write");

    private static ShareCommitment CommitmentOf(CapacityAnswerRecord answer) =>
        ShareCommitment.Decode(answer.Claim) ?? Invariant.Unreachable<ShareCommitment>("a claim that was checked");
}
