using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Publications;

/// <summary>
/// Whether the calendar's root may stand on the ledger for a day: the first that a block of the day is shown, under a quorum of those who validate. Signatures
/// are verified once, with those of the sender; all else as often as it is tried. When the calendar ended, its last leaf tells: a checkpoint has no time.
/// </summary>
public static class PublicationRules
{
    /// <summary>What a peer asks before it publishes.</summary>
    /// <param name="time">Of the block that would hold it.</param>
    public static PublicationVerdict Check(LedgerState state, Message.PublishCalendar publication, Instant time) =>
        Check(new LedgerView(state.Records, state.Chain, state.Parameters, state.Records.Supply, state.Clock with { Time = time }), publication);

    internal static PublicationVerdict Check(LedgerView ledger, Message.PublishCalendar publication)
    {
        if (Read(publication) is not { } last) return PublicationVerdict.LeafMalformed;
        if (publication.Size == 0) return PublicationVerdict.LeafMisplaced;
        MerkleInclusionProof way = new(publication.Size, publication.Size - 1, publication.Path);
        if (way.Verify(publication.Root, last.Hash) != MerkleVerdict.Accepted) return PublicationVerdict.LeafMisplaced;
        PublicationVerdict signed = CheckLines(ledger.Records.Epoch.Validators, publication);
        return signed == PublicationVerdict.Accepted ? CheckTime(ledger, publication.Size, last.Round) : signed;
    }

    /// <summary>Whether each key that is said to have signed the checkpoint of this chain signed it.</summary>
    internal static bool IsSigned(ChainId chain, Message.PublishCalendar publication, ISignatureVerifier signatures)
    {
        Hash256 digest = ValidatorNote.SigningDigest(chain, new Checkpoint(Checkpoint.OriginOf(chain), publication.Size, publication.Root).Text);
        foreach (CheckpointLine line in publication.Lines)
        {
            if (signatures.Verify(line.Key, digest, line.Signature) != SignatureVerdict.Accepted) return false;
        }

        return true;
    }

    internal static RoundLeaf? Read(Message.PublishCalendar publication) =>
        RoundLeaf.TryDecode(publication.Last.AsMemory(), out RoundLeaf? leaf) == RecordVerdict.Accepted ? leaf : null;

    internal static Instant BeginOf(Round round) => Instant.FromMilliseconds((long)round.Second * 1000);

    private static PublicationVerdict CheckLines(ValidatorSet validators, Message.PublishCalendar publication)
    {
        ulong weight = 0;
        for (int i = 0; i < publication.Lines.Length; i++)
        {
            PublicKey key = publication.Lines[i].Key;
            if (i > 0 && key.CompareTo(publication.Lines[i - 1].Key) <= 0) return PublicationVerdict.LinesUnsorted;
            if (validators.IndexOf(key) is not { } index) return PublicationVerdict.SignerForeign;
            weight += validators[index].Weight;
        }

        return weight >= validators.Quorum ? PublicationVerdict.Accepted : PublicationVerdict.BelowQuorum;
    }

    private static PublicationVerdict CheckTime(LedgerView ledger, ulong size, Round last)
    {
        PublicationDay today = PublicationDay.Of(ledger.Now);
        ulong now = EpochPlans.RoundOf(ledger.Now).Second, begin = EpochPlans.RoundOf(today.Begin).Second;
        if (last.Second > now + Limits.PublicationSecondsAheadMax) return PublicationVerdict.NotYet;
        if (last.Second + Limits.PublicationSecondsBehindMax < now) return PublicationVerdict.Stale;
        PublicationRecord? before = ledger.Records.LastPublication;
        if (before is not null && before.Day.CompareTo(today) >= 0) return PublicationVerdict.DayTaken;
        if (last.Second < begin && now < begin + Limits.PublicationSecondsFresh) return PublicationVerdict.DayTooYoung;
        bool isLarger = before is null || (size > before.Size && BeginOf(last) > before.Second);
        return isLarger ? PublicationVerdict.Accepted : PublicationVerdict.NotLarger;
    }
}
