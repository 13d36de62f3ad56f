using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>
/// A block turns one state into the next: first its evidence punishes, and the turns that were let pass before it cost something, before a
/// bond can slip away; then what time brings (challenges of capacity, the calendar) and the seconds of the calendar of events, then its transactions in order, and the accusations in them. Equal parents and equal blocks give equal states, to the last bit of the root, on every machine.
/// </summary>
public static class BlockApplication
{
    /// <summary>
    /// A longer time between two blocks means that the chain stood still, and nobody could report anything: well above an
    /// idle chain's interval, some failed views and the drift of clocks.
    /// </summary>
    private static readonly Duration OutageMin = Duration.FromSeconds(30);

    /// <summary>
    /// For a voter: checks and applies a body as it came. What <paramref name="known"/> verified before, byte for byte
    /// with its signatures, is not verified again.
    /// </summary>
    public static BlockOutcome Apply(
        LedgerState parent,
        BlockContext block,
        ImmutableArray<ReadOnlyMemory<byte>> body,
        ISignatureVerifier signatures,
        MempoolMachine? known = null)
    {
        BlockVerdict verdict = Check(parent, block, body.Length, SumOf(body));
        if (verdict != BlockVerdict.Accepted) return BlockOutcome.Refused(verdict);
        VerifiedTransaction[] transactions = new VerifiedTransaction[body.Length];
        for (int i = 0; i < body.Length; i++)
        {
            VerifiedTransaction? verified = known?.FindVerified(body[i]);
            if (verified is null)
            {
                TransactionVerdict stateless = TransactionRules.CheckStateless(body[i], parent.Chain, signatures, out verified);
                if (verified is null) return BlockOutcome.TransactionRefused(i, TransactionOutcome.Of(stateless));
            }

            transactions[i] = verified;
        }

        return ApplyChecked(parent, block, transactions);
    }

    /// <summary>
    /// For a start: applies a block of our own disk again, without its signatures. Sound where the caller has checked that the body is the
    /// one its header names and that the header is hash-linked under a certificate: then these are the very bytes that were
    /// verified before they were stored, and that a quorum verified before it voted.
    /// </summary>
    public static BlockOutcome Replay(LedgerState parent, BlockContext block, ImmutableArray<ReadOnlyMemory<byte>> body)
    {
        BlockVerdict verdict = Check(parent, block, body.Length, SumOf(body));
        if (verdict != BlockVerdict.Accepted) return BlockOutcome.Refused(verdict);
        VerifiedTransaction[] transactions = new VerifiedTransaction[body.Length];
        for (int i = 0; i < body.Length; i++)
        {
            TransactionVerdict form = TransactionRules.TakeFinal(body[i], parent.Chain, out VerifiedTransaction? verified);
            if (verified is null) return BlockOutcome.TransactionRefused(i, TransactionOutcome.Of(form));
            transactions[i] = verified;
        }

        return ApplyChecked(parent, block, transactions);
    }

    /// <summary>The same for transactions whose form and signatures were checked.</summary>
    public static BlockOutcome Apply(LedgerState parent, BlockContext block, IReadOnlyList<VerifiedTransaction> transactions)
    {
        long bytes = 0;
        foreach (VerifiedTransaction transaction in transactions) bytes += transaction.Bytes.Length;
        BlockVerdict verdict = Check(parent, block, transactions.Count, bytes);
        return verdict == BlockVerdict.Accepted ? ApplyChecked(parent, block, transactions) : BlockOutcome.Refused(verdict);
    }

    /// <summary>The draft of a block before its first transaction.</summary>
    internal static LedgerDraft Begin(LedgerState parent, BlockContext block)
    {
        LedgerDraft draft = DraftAt(parent, block.Time);
        foreach (Offence offence in block.Offences) SlashingApplication.Apply(draft, offence);
        if (block.Turn is { } turn) RevealApplication.Apply(draft, parent.Validators, turn, IsOutage(parent, block.Time));
        CapacityClock.Advance(draft);
        Calendar.Run(draft);
        EventCalendarApplication.Advance(draft, block.Seconds);
        return draft;
    }

    /// <summary>The draft of a child of this state before anything happened, the calendar included.</summary>
    internal static LedgerDraft DraftAt(LedgerState parent, Instant time)
    {
        ClockRecord clock = new(parent.Height.Next, time, IsOutage(parent, time) ? time : parent.Clock.ResumedAt);
        return new LedgerDraft(parent.Chain, parent.Parameters, clock, parent.Tree, parent.Works, parent.Epoch, parent.EpochDue);
    }

    private static bool IsOutage(LedgerState parent, Instant time) => time - parent.Time > OutageMin;

    private static BlockVerdict Check(LedgerState parent, BlockContext block, int count, long bytes)
    {
        if (block.Chain != parent.Chain) return BlockVerdict.WrongChain;
        if (block.Epoch != parent.Validators.Epoch) return BlockVerdict.WrongEpoch;
        if (block.Height != parent.Height.Next) return BlockVerdict.HeightNotNext;
        if (block.Time <= parent.Time || block.Time < Instant.Epoch) return BlockVerdict.TimeNotLater;
        if (Instant.FromMilliseconds(block.Time.Milliseconds) != block.Time) return BlockVerdict.TimeNotWhole;
        if (block.ParentStateRoot != parent.Root) return BlockVerdict.ParentStateRootWrong;
        if (block.NextSetHash is not null && parent.ValidatorsDue is null) return BlockVerdict.SealNotDue;
        if (block.NextSetHash is { } next && parent.ValidatorsDue!.Hash != next) return BlockVerdict.SealForOther;
        if (block.Turn is { } turn && RevealRules.Check(parent, turn) is var reveals and not BlockVerdict.Accepted) return reveals;
        if (count > Limits.BlockTransactionsMax) return BlockVerdict.TooManyTransactions;
        if (bytes > Limits.BlockBytesMax) return BlockVerdict.BodyTooLarge;
        if (block.Offences.Length > Limits.BlockEvidenceMax) return BlockVerdict.TooManyOffences;
        if (SlashingRules.FindRefused(parent.Records, block.Offences) >= 0) return BlockVerdict.OffenceRefused;
        if (block.Seconds is { } seconds && EventCalendarRules.Check(parent.Records.EventCalendar, block.Time, seconds) != EventCalendarVerdict.Accepted)
        {
            return BlockVerdict.SecondsRefused;
        }

        return BlockVerdict.Accepted;
    }

    private static BlockOutcome ApplyChecked(LedgerState parent, BlockContext block, IReadOnlyList<VerifiedTransaction> transactions)
    {
        LedgerDraft draft = Begin(parent, block);
        if (block.NextSetHash is not null) EpochApplication.Seal(draft);
        ImmutableArray<TransactionReceipt>.Builder receipts = ImmutableArray.CreateBuilder<TransactionReceipt>(transactions.Count);
        for (int i = 0; i < transactions.Count; i++)
        {
            int eventsBefore = draft.Events.Count;
            TransactionOutcome outcome = TransactionApplication.Apply(draft, transactions[i]);
            if (!outcome.IsAccepted) return BlockOutcome.TransactionRefused(i, outcome);
            receipts.Add(ReceiptOf(draft, transactions[i], eventsBefore));
        }

        CapacityAccusation.Decide(draft);
        EpochApplication.Look(draft);
        return new BlockOutcome
        {
            Verdict = BlockVerdict.Accepted,
            State = draft.Finish(),
            Receipts = receipts.MoveToImmutable(),
            Events = [.. draft.Events],
            Seconds = [.. draft.Seconds],
        };
    }

    private static TransactionReceipt ReceiptOf(LedgerDraft draft, VerifiedTransaction verified, int eventsBefore)
    {
        ImmutableArray<LedgerEvent>.Builder events = ImmutableArray.CreateBuilder<LedgerEvent>(draft.Events.Count - eventsBefore);
        for (int i = eventsBefore; i < draft.Events.Count; i++) events.Add(draft.Events[i]);
        return new TransactionReceipt(
            verified.Id,
            verified.Transaction.Sender,
            verified.Transaction.Sequence,
            draft.Parameters.TransactionFee,
            events.MoveToImmutable());
    }

    private static long SumOf(ImmutableArray<ReadOnlyMemory<byte>> body)
    {
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> transaction in body) bytes += transaction.Length;
        return bytes;
    }
}
