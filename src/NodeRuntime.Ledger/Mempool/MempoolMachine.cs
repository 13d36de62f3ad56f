using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>
/// Transactions that wait for a block: for each sender a queue by sequence number, for all a bound in count and bytes.
///
/// What is in the pool was checked against the latest committed state. A sender's run, from its account's next number
/// without a hole, can stand in a block and pays for its stay by its fees; what lies beyond a hole pays nothing until
/// the hole is filled, so it has tighter bounds of its own. Nothing is replaced and nothing evicted: who is in, stays
/// until it is in a block, expires, or is found not to apply. Arrival decides who is selected first.
/// </summary>
public sealed class MempoolMachine(LedgerState state, ISignatureVerifier signatures)
{
    private readonly SortedDictionary<AccountId, SenderQueue> _senders = [];
    private readonly SortedDictionary<Hash256, PooledTransaction> _byFingerprint = [];
    private readonly SortedDictionary<TransactionId, PooledTransaction> _byId = [];
    private readonly SortedSet<(ulong ExpiresAt, ulong Arrival, PooledTransaction Entry)> _byExpiry =
        new(Comparer<(ulong ExpiresAt, ulong Arrival, PooledTransaction Entry)>.Create(static (left, right) =>
            (left.ExpiresAt, left.Arrival).CompareTo((right.ExpiresAt, right.Arrival))));

    private LedgerState _state = state;
    private ulong _arrivals;

    public int Count => _byId.Count;

    public long ByteCount { get; private set; }

    /// <summary>How many wait behind a hole.</summary>
    public int GapCount { get; private set; }

    public bool Contains(TransactionId id) => _byId.ContainsKey(id);

    /// <summary>The encoded transaction, for a peer that asks for what was announced.</summary>
    public ReadOnlyMemory<byte>? Find(TransactionId id) =>
        _byId.TryGetValue(id, out PooledTransaction? entry) ? entry.Verified.Bytes : null;

    /// <summary>The number that a sender's next transaction should carry, counting what waits here.</summary>
    public ulong NextSequence(AccountId sender)
    {
        ulong next = _state.Records.Account(sender).Sequence;
        return _senders.TryGetValue(sender, out SenderQueue? queue) ? next + (ulong)queue.RunLength(next) : next;
    }

    /// <summary>What was verified before with exactly these bytes, signatures included; else null.</summary>
    internal VerifiedTransaction? FindVerified(ReadOnlyMemory<byte> bytes) =>
        _byFingerprint.TryGetValue(VerifiedTransaction.FingerprintOf(bytes), out PooledTransaction? entry) ? entry.Verified : null;

    /// <summary>
    /// Offers a transaction as it came. Signatures, the costly part, are verified only when nothing else speaks against it.
    /// </summary>
    /// <param name="now">The clock: what the next block's time will be about.</param>
    public MempoolOutcome Add(ReadOnlyMemory<byte> bytes, Instant now)
    {
        TransactionVerdict form = TransactionRules.CheckForm(bytes, _state.Chain, out Transaction? transaction);
        if (transaction is null) return Refused(TransactionOutcome.Of(form), default);
        TransactionId id = transaction.Id;
        if (_byId.ContainsKey(id)) return new MempoolOutcome(MempoolVerdict.AlreadyKnown, default, id);
        ulong next = _state.Records.Account(transaction.Sender).Sequence;
        SenderQueue queue = _senders.TryGetValue(transaction.Sender, out SenderQueue? known) ? known : new SenderQueue();
        TransactionVerdict terms = CheckTerms(transaction, next, queue.Count);
        if (terms != TransactionVerdict.Accepted) return Refused(TransactionOutcome.Of(terms), id);
        bool waits = transaction.Sequence > next + (ulong)queue.RunLength(next);
        MempoolVerdict room = CheckRoom(transaction, bytes.Length, queue, next, waits);
        if (room != MempoolVerdict.Accepted) return new MempoolOutcome(room, default, id);
        TransactionVerdict signed = TransactionRules.CheckSignatures(transaction, signatures);
        if (signed != TransactionVerdict.Accepted) return Refused(TransactionOutcome.Of(signed), id);

        VerifiedTransaction verified = new(transaction, id, bytes);
        if (transaction.Sequence == next)
        {
            TransactionOutcome applied = TransactionApplication.Apply(DraftAt(now), verified);
            if (!applied.IsAccepted) return Refused(applied, id);
        }

        Insert(new PooledTransaction(verified, _arrivals++), queue, next);
        return new MempoolOutcome(waits ? MempoolVerdict.AcceptedWaiting : MempoolVerdict.Accepted, default, id);
    }

    /// <summary>
    /// A body for a child of <paramref name="parent"/>, which need not be committed yet: the oldest first, each sender's in
    /// order, as many as apply and fit. What is refused for its messages is dropped and reported; what merely does not
    /// follow on this parent stays.
    /// </summary>
    public MempoolSelection Select(
        LedgerState parent,
        BlockContext block,
        int bytesMax = Limits.BlockBytesMax,
        int countMax = Limits.BlockTransactionsMax)
    {
        LedgerDraft draft = BlockApplication.Begin(parent, block);
        SortedDictionary<ulong, PooledTransaction> heads = [];
        foreach ((AccountId sender, SenderQueue queue) in _senders)
        {
            PooledTransaction? head = queue.At(parent.Records.Account(sender).Sequence);
            if (head is not null) heads.Add(head.Arrival, head);
        }

        ImmutableArray<VerifiedTransaction>.Builder chosen = ImmutableArray.CreateBuilder<VerifiedTransaction>();
        List<DroppedTransaction> dropped = [];
        int bytes = 0;
        while (heads.Count > 0 && chosen.Count < countMax)
        {
            PooledTransaction head = FirstOf(heads);
            heads.Remove(head.Arrival);
            VerifiedTransaction verified = head.Verified;
            if (bytes + verified.Bytes.Length > bytesMax) continue;
            TransactionOutcome outcome = TransactionApplication.Apply(draft, verified);
            if (!outcome.IsAccepted)
            {
                if (outcome.Verdict != TransactionVerdict.MessageRefused) continue;
                dropped.Add(new DroppedTransaction(verified.Id, outcome));
                Remove(head);
                continue;
            }

            chosen.Add(verified);
            bytes += verified.Bytes.Length;
            PooledTransaction? successor = _senders[verified.Transaction.Sender].At(verified.Transaction.Sequence + 1);
            if (successor is not null) heads.Add(successor.Arrival, successor);
        }

        return new MempoolSelection(chosen.ToImmutable(), [.. dropped]);
    }

    /// <summary>A block was committed: what it holds leaves, its twins leave, and so does what has expired.</summary>
    public ImmutableArray<DroppedTransaction> Committed(BlockOutcome block)
    {
        Invariant.Holds(block.State is not null);
        SortedSet<AccountId> touched = [];
        foreach (TransactionReceipt receipt in block.Receipts) touched.Add(receipt.Sender);
        return MoveTo(block.State, touched);
    }

    /// <summary>The same where the state jumped, as after a snapshot.</summary>
    public ImmutableArray<DroppedTransaction> Reset(LedgerState latest) => MoveTo(latest, [.. _senders.Keys]);

    private ImmutableArray<DroppedTransaction> MoveTo(LedgerState latest, SortedSet<AccountId> touched)
    {
        List<DroppedTransaction> dropped = [];
        foreach (AccountId sender in touched)
        {
            if (!_senders.TryGetValue(sender, out SenderQueue? queue)) continue;
            GapCount -= queue.GapCount(_state.Records.Account(sender).Sequence);
            ulong next = latest.Records.Account(sender).Sequence;
            GapCount += queue.GapCount(next);
        }

        _state = latest;
        foreach (AccountId sender in touched)
        {
            if (!_senders.TryGetValue(sender, out SenderQueue? queue)) continue;
            ulong next = latest.Records.Account(sender).Sequence;
            while (queue.First is { } first && first.Verified.Transaction.Sequence < next) Remove(first);
        }

        while (_byExpiry.Count > 0 && _byExpiry.Min.ExpiresAt < latest.Height.Next.Number)
        {
            PooledTransaction expired = _byExpiry.Min.Entry;
            Remove(expired);
            dropped.Add(new DroppedTransaction(expired.Verified.Id, TransactionOutcome.Of(TransactionVerdict.Expired)));
        }

        return [.. dropped];
    }

    private TransactionVerdict CheckTerms(Transaction transaction, ulong next, int queued)
    {
        if (transaction.ExpiresAt < _state.Height.Next) return TransactionVerdict.Expired;
        if (transaction.Sequence < next) return TransactionVerdict.SequenceTooLow;
        Amount fee = _state.Parameters.TransactionFee;
        if (transaction.FeeMax < fee) return TransactionVerdict.FeeTooLow;

        // Who waits must be able to pay for all that it has waiting.
        if (!Amount.TryMultiply(fee, (ulong)queued + 1, out Amount fees)) return TransactionVerdict.BalanceTooLow;
        return _state.Records.Account(transaction.Sender).Balance < fees ? TransactionVerdict.BalanceTooLow : TransactionVerdict.Accepted;
    }

    private MempoolVerdict CheckRoom(Transaction transaction, int byteCount, SenderQueue queue, ulong next, bool waits)
    {
        if (queue.At(transaction.Sequence) is not null) return MempoolVerdict.SequenceTaken;
        if (queue.Count >= Limits.MempoolTransactionsPerSenderMax) return MempoolVerdict.SenderFull;
        if (waits && queue.GapCount(next) >= Limits.MempoolGapsPerSenderMax) return MempoolVerdict.GapsFull;
        if (waits && GapCount >= Limits.MempoolGapsMax) return MempoolVerdict.GapsFull;
        if (Count >= Limits.MempoolTransactionsMax) return MempoolVerdict.PoolFull;
        if (ByteCount + byteCount > Limits.MempoolBytesMax) return MempoolVerdict.PoolFull;
        return MempoolVerdict.Accepted;
    }

    /// <summary>The state as the next block may find it, without the calendar: a rule that asks for a deadline asks the clock.</summary>
    private LedgerDraft DraftAt(Instant now)
    {
        Instant soonest = _state.Time + Duration.FromMilliseconds(1);
        Instant time = now > soonest ? now : soonest;
        return BlockApplication.DraftAt(_state, time);
    }

    private void Insert(PooledTransaction entry, SenderQueue queue, ulong next)
    {
        Transaction transaction = entry.Verified.Transaction;
        GapCount -= queue.GapCount(next);
        queue.Add(entry);
        GapCount += queue.GapCount(next);
        _senders[transaction.Sender] = queue;
        _byId.Add(entry.Verified.Id, entry);
        _byFingerprint.Add(entry.Verified.Fingerprint, entry);
        _byExpiry.Add((transaction.ExpiresAt.Number, entry.Arrival, entry));
        ByteCount += entry.Verified.Bytes.Length;
    }

    private void Remove(PooledTransaction entry)
    {
        Transaction transaction = entry.Verified.Transaction;
        SenderQueue queue = _senders[transaction.Sender];
        ulong next = _state.Records.Account(transaction.Sender).Sequence;
        GapCount -= queue.GapCount(next);
        queue.Remove(entry);
        GapCount += queue.GapCount(next);
        if (queue.Count == 0) _senders.Remove(transaction.Sender);
        _byId.Remove(entry.Verified.Id);
        _byFingerprint.Remove(entry.Verified.Fingerprint);
        _byExpiry.Remove((transaction.ExpiresAt.Number, entry.Arrival, entry));
        ByteCount -= entry.Verified.Bytes.Length;
    }

    private static PooledTransaction FirstOf(SortedDictionary<ulong, PooledTransaction> heads)
    {
        using SortedDictionary<ulong, PooledTransaction>.Enumerator enumerator = heads.GetEnumerator();
        bool found = enumerator.MoveNext();
        Invariant.Holds(found);
        return enumerator.Current.Value;
    }

    private static MempoolOutcome Refused(TransactionOutcome outcome, TransactionId id) => new(MempoolVerdict.Refused, outcome, id);
}
