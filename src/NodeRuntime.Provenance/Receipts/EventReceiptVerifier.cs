using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Edwards;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// Verifies the receipt of an event offline. What a good one proves: this peer entered this record in this second; validators with a quorum of the stake
/// agreed on the calendar that holds it; of a witnessed one, outsiders saw the same calendar; of a published one, whatever becomes of any key. It does not
/// prove that the record is true: that is its peer's word, and the peer's name is on it.
/// <code>
/// record ── segment 0 ── AggregationLeaf ── segment 1 ── ... ── RoundLeaf ── segment of the calendar ── root ── checkpoint ── validators, witnesses
///   the peer's second          its parent's tree       the topmost tree            index = time
/// </code>
/// The order of the checks is the order of docs/provenance-format.md.
/// </summary>
/// <param name="ed25519">Null where this machine has none: then witnesses cannot be judged.</param>
public sealed class EventReceiptVerifier(ISignatureVerifier signatures, IEd25519Verifier? ed25519)
{
    /// <summary>A witness's clock may be this much behind the last second of what it signs, in seconds.</summary>
    public const ulong WitnessClockSlack = 30;

    /// <param name="trust">Null where the verifier has none, and then the best answer is INCONCLUSIVE(NoTrust).</param>
    public ReceiptResult Verify(ReadOnlyMemory<byte> bytes, ReceiptTrust? trust) => Verify(bytes, trust, out _);

    /// <param name="receipt">What the bytes say, also where it is not to be believed; null only where they are malformed.</param>
    public ReceiptResult Verify(ReadOnlyMemory<byte> bytes, ReceiptTrust? trust, out EventReceipt? receipt)
    {
        ReceiptCode code = EventReceipt.TryDecode(bytes, out receipt);
        if (code != ReceiptCode.None) return ReceiptResult.Of(code);
        EventReceipt it = receipt!;
        code = CheckRecord(it, out EventLeaf? leaf, out Heartbeat? pulse);
        if (code == ReceiptCode.None) code = CheckParts(it);
        if (code != ReceiptCode.None) return ReceiptResult.Of(code);
        return ReceiptResult.Of(it.State == ReceiptState.Promised ? CheckPromise(it, leaf, trust) : CheckWay(it, leaf, pulse, trust));
    }

    private static ReceiptCode CheckRecord(EventReceipt receipt, out EventLeaf? leaf, out Heartbeat? pulse)
    {
        pulse = null;
        if (EventLeaf.TryDecode(receipt.Record, out leaf) == RecordVerdict.Accepted) return ReceiptCode.None;
        return Heartbeat.TryDecode(receipt.Record, out pulse) == RecordVerdict.Accepted ? ReceiptCode.None : ReceiptCode.RecordMalformed;
    }

    // What each state has and has not.
    private static ReceiptCode CheckParts(EventReceipt receipt)
    {
        bool isPromised = receipt.State == ReceiptState.Promised, isPublished = receipt.State == ReceiptState.Published;
        if (isPromised && receipt.Promise is null) return ReceiptCode.PromiseMissing;
        if (!isPromised && receipt.Promise is not null) return ReceiptCode.PromiseUnexpected;
        if (!isPromised && receipt.Plans.IsEmpty) return ReceiptCode.PlanMissing;
        if ((isPromised && !receipt.Plans.IsEmpty) || (isPublished && receipt.Plans.Length > 1)) return ReceiptCode.PlanUnexpected;
        bool wantsCheckpoint = !isPromised && !isPublished;
        if (wantsCheckpoint && receipt.Checkpoint is null) return ReceiptCode.CheckpointMissing;
        if (!wantsCheckpoint && receipt.Checkpoint is not null) return ReceiptCode.CheckpointUnexpected;
        if (isPromised && receipt.Heartbeat is not null) return ReceiptCode.HeartbeatUnexpected;
        if (!isPublished && receipt.Signature.IsEmpty) return ReceiptCode.SignatureMissing;
        if (isPublished && !receipt.Signature.IsEmpty) return ReceiptCode.SignatureUnexpected;
        return isPromised && receipt.Segments.Length != 1 ? ReceiptCode.SegmentCountWrong : ReceiptCode.None;
    }

    private ReceiptCode CheckPromise(EventReceipt receipt, EventLeaf? leaf, ReceiptTrust? trust)
    {
        ReadOnlyMemory<byte> bytes = receipt.Promise!.Value;
        if (EventPromise.TryDecode(bytes, out EventPromise? promise) != RecordVerdict.Accepted) return ReceiptCode.PromiseMalformed;
        if (leaf is null) return ReceiptCode.PromiseOfHeartbeat;
        Segment segment = receipt.Segments[0];
        ReceiptCode code = segment.Fold(RecordHash.Leaf(receipt.Record.Span), out Hash256 root);
        if (code != ReceiptCode.None) return code;
        if (segment.Next is not null) return ReceiptCode.NextUnexpected;
        if (segment.Size != (ulong)promise!.Count) return ReceiptCode.SizeMismatch;
        if (root != promise.Root) return ReceiptCode.PromiseRootMismatch;
        if (leaf.Sequence != promise.First + segment.Index) return ReceiptCode.SequenceWrong;
        if (promise.Node != receipt.Issuer.ToPeerId()) return ReceiptCode.IssuerForeign;
        if (trust is not null && trust.Chain != promise.Chain) return ReceiptCode.ChainWrong;
        bool isKnown = false;
        foreach (EpochPlan plan in trust?.Plans ?? [])
        {
            isKnown |= plan.Epoch == promise.Epoch;
            if (!IsInForce(plan, promise.Epoch, promise.Round)) return ReceiptCode.EpochNotInForce;
        }

        if (!IsSigned(receipt, bytes.Span)) return ReceiptCode.IssuerSignatureWrong;
        return trust is null ? ReceiptCode.NoTrust : isKnown ? ReceiptCode.None : ReceiptCode.EpochUnknown;
    }

    private ReceiptCode CheckWay(EventReceipt receipt, EventLeaf? leaf, Heartbeat? pulse, ReceiptTrust? trust)
    {
        ReceiptCode code = CheckPlans(receipt, out EpochPlan? plan, out EpochPlan? signers);
        if (code != ReceiptCode.None) return code;
        code = ReceiptWay.Walk(receipt, plan!, out ReceiptWay? way);
        if (code != ReceiptCode.None) return code;
        code = CheckLeaf(receipt, leaf, pulse, way!);
        if (code != ReceiptCode.None) return code;
        code = CheckCalendar(plan!, way!, trust);
        if (code != ReceiptCode.None) return code;
        if (receipt.State == ReceiptState.Published) return CheckPublication(way!, trust);
        code = CheckSigners(plan!, signers!, way!, trust);
        if (code != ReceiptCode.None) return code;

        // A receipt that is wrong is wrong, also where more could not be judged: what cannot be said now is said at the end.
        ReceiptCode unknown = CheckTrusted(receipt.State, [plan!, signers!], trust);
        if (unknown == ReceiptCode.PlanUntrusted) return unknown;
        code = CheckCheckpoint(receipt, signers!, way!, trust, out bool isUnverifiable);
        if (code != ReceiptCode.None) return code;
        if (!IsSigned(receipt, way!.Root.AsSpan())) return ReceiptCode.IssuerSignatureWrong;
        if (unknown != ReceiptCode.None) return unknown;
        return isUnverifiable ? ReceiptCode.WitnessUnverifiable : ReceiptCode.None;
    }

    private static ReceiptCode CheckPlans(EventReceipt receipt, out EpochPlan? plan, out EpochPlan? signers)
    {
        signers = null;
        if (EpochPlan.TryDecode(receipt.Plans[0], out plan) != RecordVerdict.Accepted) return ReceiptCode.PlanMalformed;
        if (EpochPlan.TryDecode(receipt.Plans[^1], out signers) != RecordVerdict.Accepted) return ReceiptCode.PlanMalformed;
        if (receipt.Plans.Length == 1) return ReceiptCode.None;
        bool follows = signers!.Chain == plan!.Chain && signers.GenesisRound == plan.GenesisRound
            && signers.Epoch.CompareTo(plan.Epoch) > 0 && signers.FirstRound > plan.FirstRound;
        return follows ? ReceiptCode.None : ReceiptCode.PlanMismatch;
    }

    private static ReceiptCode CheckLeaf(EventReceipt receipt, EventLeaf? leaf, Heartbeat? pulse, ReceiptWay way)
    {
        AggregationLeaf second = way.Second;
        if (second.Child != receipt.Issuer.ToPeerId()) return ReceiptCode.IssuerForeign;
        ulong index = receipt.Segments[0].Index;
        if (leaf is null != (index == 0)) return ReceiptCode.LeafZeroWrong;
        if (leaf is not null && (leaf.Time < second.FirstTime || leaf.Time > second.LastTime)) return ReceiptCode.EventTimeMismatch;
        if (receipt.Heartbeat is { } opened)
        {
            if (leaf is null) return ReceiptCode.HeartbeatUnexpected;
            if (Heartbeat.TryDecode(opened, out pulse) != RecordVerdict.Accepted) return ReceiptCode.HeartbeatMalformed;
        }

        if (pulse is null) return ReceiptCode.None;
        if (RecordHash.Leaf((receipt.Heartbeat ?? receipt.Record).Span) != second.Heartbeat) return ReceiptCode.HeartbeatMismatch;
        if (pulse.Node != second.Child) return ReceiptCode.HeartbeatForeign;
        if (pulse.Round != second.Round) return ReceiptCode.HeartbeatRoundWrong;
        return leaf is not null && leaf.Sequence != pulse.Sequence + index ? ReceiptCode.SequenceWrong : ReceiptCode.None;
    }

    private static ReceiptCode CheckCalendar(EpochPlan plan, ReceiptWay way, ReceiptTrust? trust)
    {
        Round round = way.Second.Round;
        if (round < plan.GenesisRound || way.Index != round.Second - plan.GenesisRound.Second) return ReceiptCode.CalendarIndexWrong;
        if (way.Size - 1 > Round.SecondMax - plan.GenesisRound.Second) return ReceiptCode.CalendarIndexWrong;
        if (!IsInForce(plan, plan.Epoch, round)) return ReceiptCode.EpochNotInForce;
        if (trust is null) return ReceiptCode.None;
        if (trust.Chain != plan.Chain) return ReceiptCode.ChainWrong;
        foreach (EpochPlan known in trust.Plans)
        {
            if (!IsInForce(known, plan.Epoch, round)) return ReceiptCode.EpochNotInForce;
        }

        return ReceiptCode.None;
    }

    // The checkpoint's signers are those of its last second.
    private static ReceiptCode CheckSigners(EpochPlan plan, EpochPlan signers, ReceiptWay way, ReceiptTrust? trust)
    {
        Round last = new(plan.GenesisRound.Second + way.Size - 1);
        if (!IsInForce(signers, signers.Epoch, last) || !IsInForce(signers, plan.Epoch, way.Second.Round)) return ReceiptCode.EpochNotInForce;
        foreach (EpochPlan known in trust?.Plans ?? [])
        {
            if (!IsInForce(known, signers.Epoch, last)) return ReceiptCode.EpochNotInForce;
        }

        return ReceiptCode.None;
    }

    // Whether a plan allows that a round follows the plan of an epoch: its own only from its first round on, an earlier one only before.
    private static bool IsInForce(EpochPlan plan, Epoch epoch, Round round) =>
        epoch.CompareTo(plan.Epoch) < 0 ? round < plan.FirstRound : round >= plan.FirstRound;

    private static ReceiptCode CheckPublication(ReceiptWay way, ReceiptTrust? trust)
    {
        if (trust is null) return ReceiptCode.NoTrust;
        foreach (Publication publication in trust.Publications)
        {
            if (publication.Size != way.Size) continue;
            return publication.Root == way.Root ? ReceiptCode.None : ReceiptCode.PublicationMismatch;
        }

        return ReceiptCode.PublicationUnknown;
    }

    private static ReceiptCode CheckTrusted(ReceiptState state, ReadOnlySpan<EpochPlan> plans, ReceiptTrust? trust)
    {
        if (trust is null) return ReceiptCode.NoTrust;
        ReceiptCode answer = ReceiptCode.None;
        foreach (EpochPlan plan in plans)
        {
            bool isKnown = false;
            foreach (EpochPlan known in trust.Plans)
            {
                if (known.Epoch != plan.Epoch) continue;
                if (known.Root != plan.Root) return ReceiptCode.PlanUntrusted;
                isKnown = true;
            }

            if (!isKnown) answer = ReceiptCode.EpochUnknown;
        }

        if (answer != ReceiptCode.None || state != ReceiptState.Witnessed) return answer;
        return trust.Witnesses.IsEmpty ? ReceiptCode.NoWitnesses : ReceiptCode.None;
    }

    private ReceiptCode CheckCheckpoint(EventReceipt receipt, EpochPlan signers, ReceiptWay way, ReceiptTrust? trust, out bool isUnverifiable)
    {
        isUnverifiable = false;
        if (SignedNote.TryParse(receipt.Checkpoint!) is not { } note) return ReceiptCode.CheckpointMalformed;
        if (Checkpoint.TryParse(note.Text) is not { } checkpoint) return ReceiptCode.CheckpointMalformed;
        if (checkpoint.Origin != Checkpoint.OriginOf(signers.Chain)) return ReceiptCode.OriginWrong;
        if (checkpoint.Size != way.Size) return ReceiptCode.CheckpointSizeMismatch;
        if (checkpoint.Root != way.Root) return ReceiptCode.CalendarRootMismatch;
        ReceiptCode code = CheckpointSignatures.CheckValidators(note, signers, signatures);
        if (code != ReceiptCode.None) return code;
        ulong earliest = signers.GenesisRound.Second + way.Size - 1;
        earliest -= Math.Min(earliest, WitnessClockSlack);
        code = CheckpointSignatures.CheckWitnesses(note, trust?.Witnesses ?? [], earliest, ed25519, out int witnesses, out isUnverifiable);
        if (code != ReceiptCode.None || receipt.State != ReceiptState.Witnessed || trust is null || isUnverifiable) return code;
        return !trust.Witnesses.IsEmpty && witnesses < trust.WitnessQuorum ? ReceiptCode.BelowWitnessQuorum : ReceiptCode.None;
    }

    private bool IsSigned(EventReceipt receipt, ReadOnlySpan<byte> payload)
    {
        Signature signature = new(receipt.Issuer.Algorithm, receipt.Signature.Span);
        return signatures.Verify(receipt.Issuer, EventReceipt.SigningDigest(receipt.Issuer, payload), signature) == SignatureVerdict.Accepted;
    }
}
