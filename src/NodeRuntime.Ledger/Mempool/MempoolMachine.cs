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
/// the hole is filled, so it has tighter bounds of its own. Nothing is replaced that can stand in a block; what cannot any more, as its time is
/// over, gives its number to another of its sender's. Families wait in lanes (<see cref="MempoolLane"/>)
/// with a quota each; where a lane is full, the last of the sender with the most in it gives way to a sender with less, and an accusation
/// to one that stakes more.
/// Otherwise who is in stays until it is in a block, expires, has waited too long, or is found not to apply. In a block every
/// lane has its share, in a lane senders take turns, and within a turn arrival decides, but for accusations the stake: fees are flat and buy no place.
/// </summary>
/// <param name="hashing">Of the tables by id; who sends transactions seeks ids as it likes.</param>
public sealed class MempoolMachine(LedgerState state, ISignatureVerifier signatures, DigestHashing hashing)
{
    private readonly SortedDictionary<AccountId, SenderQueue> _senders = [];
    private readonly DigestMap<PooledTransaction> _byFingerprint = new(hashing);
    private readonly DigestMap<PooledTransaction> _byId = new(hashing);
    private readonly SortedSet<(ulong ExpiresAt, ulong Arrival, PooledTransaction Entry)> _byExpiry =
        new(Comparer<(ulong ExpiresAt, ulong Arrival, PooledTransaction Entry)>.Create(static (left, right) =>
            (left.ExpiresAt, left.Arrival).CompareTo((right.ExpiresAt, right.Arrival))));

    private readonly LaneLoad[] _lanes =
        [new(MempoolLane.Settlement), new(MempoolLane.Accusations), new(MempoolLane.Market), new(MempoolLane.Transfers)];

    private LedgerState _state = state;
    private ulong _arrivals;

    public int Count => _byId.Count;

    public long ByteCount { get; private set; }

    /// <summary>How many wait behind a hole.</summary>
    public int GapCount { get; private set; }

    /// <summary>How many wait in a lane.</summary>
    public int CountIn(MempoolLane lane) => _lanes[(int)lane].Count;

    /// <summary>All that wait, those that leave first before the others.</summary>
    public IEnumerable<VerifiedTransaction> Held
    {
        get
        {
            foreach ((_, _, PooledTransaction entry) in _byExpiry) yield return entry.Verified;
        }
    }

    public bool Contains(TransactionId id) => _byId.ContainsKey(id.Hash);

    /// <summary>The encoded transaction, for a peer that asks for what was announced.</summary>
    // A bare null would become an empty memory by way of an array.
    public ReadOnlyMemory<byte>? Find(TransactionId id) =>
        _byId.TryGetValue(id.Hash, out PooledTransaction? entry) ? entry.Verified.Bytes : default(ReadOnlyMemory<byte>?);

    /// <summary>The same with what was learnt of it.</summary>
    public VerifiedTransaction? FindById(TransactionId id) => _byId.GetValueOrDefault(id.Hash)?.Verified;

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
        MempoolOutcome outcome = Look(bytes, out UnverifiedTransaction? body);
        if (body is null) return outcome;
        SignedTransaction signed = body.Verify(signatures);
        return signed.Verified is { } verified ? Add(verified, now) : Refused(TransactionOutcome.Of(signed.Verdict), body.Id);
    }

    /// <summary>The first half of <see cref="Add(ReadOnlyMemory{byte}, Instant)"/>: all but the signatures, which somebody else may verify meanwhile.</summary>
    /// <param name="body">Null where the outcome is the last word; otherwise nothing speaks against it as yet.</param>
    public MempoolOutcome Look(ReadOnlyMemory<byte> bytes, out UnverifiedTransaction? body)
    {
        body = null;
        TransactionVerdict form = TransactionRules.CheckForm(bytes, _state.Chain, out Transaction? transaction);
        if (transaction is null) return Refused(TransactionOutcome.Of(form), default);
        TransactionId id = transaction.Id;
        MempoolOutcome outcome = FindPlace(transaction, id, bytes.Length).Outcome;
        if (outcome.IsAccepted) body = new UnverifiedTransaction(transaction, id, bytes);
        return outcome;
    }

    /// <summary>The second half: what the first one said may hold no more.</summary>
    public MempoolOutcome Add(VerifiedTransaction verified, Instant now)
    {
        Transaction transaction = verified.Transaction;
        Place place = FindPlace(transaction, verified.Id, verified.Bytes.Length);
        if (!place.Outcome.IsAccepted) return place.Outcome;
        TransactionOutcome over = place.Replaces ? TransactionApplication.Apply(DraftAt(now), place.Yielding!.Verified) : default;
        if (place.Replaces && over.Verdict != TransactionVerdict.MessageRefused) return new MempoolOutcome(MempoolVerdict.SequenceTaken, default, verified.Id);
        if (transaction.Sequence == place.Next)
        {
            TransactionOutcome applied = TransactionApplication.Apply(DraftAt(now), verified);
            if (!applied.IsAccepted) return Refused(applied, verified.Id);
        }

        // Only now: what is refused takes nobody's place.
        if (place.Yielding is { } yielding) Remove(yielding);
        ulong outstays = _state.Height.Number + Limits.MempoolBlocksMax;
        ulong leaves = ulong.Min(transaction.ExpiresAt.Number, outstays);
        Insert(new PooledTransaction(verified, _arrivals++, now, place.Lane, leaves, place.Stake), place.Queue, place.Next);
        DroppedTransaction? displaced = place.Yielding is null ? null
            : new DroppedTransaction(place.Yielding.Verified.Id, place.Replaces ? MempoolVerdict.Refused : MempoolVerdict.GaveWay, over);
        return place.Outcome with { Displaced = displaced };
    }

    private Place FindPlace(Transaction transaction, TransactionId id, int byteCount)
    {
        if (_byId.ContainsKey(id.Hash)) return Place.None(new MempoolOutcome(MempoolVerdict.AlreadyKnown, default, id));
        ulong next = _state.Records.Account(transaction.Sender).Sequence;
        SenderQueue queue = _senders.TryGetValue(transaction.Sender, out SenderQueue? known) ? known : new SenderQueue();
        TransactionVerdict terms = CheckTerms(transaction, next, queue.Count);
        if (terms != TransactionVerdict.Accepted) return Place.None(Refused(TransactionOutcome.Of(terms), id));
        bool waits = transaction.Sequence > next + (ulong)queue.RunLength(next);
        MempoolLane lane = MempoolLanes.Of(transaction);
        // Whoever has the next number of its sender's keeps it as long as it can stand in a block.
        PooledTransaction? incumbent = transaction.Sequence == next ? queue.At(next) : null;
        MempoolVerdict room = incumbent is null ? CheckRoom(transaction, queue, next, waits) : MempoolVerdict.Accepted;
        // What waits for another is not tried yet, and what it says that it stakes is a word.
        Amount stake = transaction.Sequence == next ? MempoolLanes.StakeOf(transaction, lane) : Amount.Zero;
        PooledTransaction? yielding = incumbent;
        bool fits = _lanes[(int)lane].HasRoomFor(byteCount) || (incumbent?.Lane == lane && byteCount <= incumbent.Verified.Bytes.Length);
        if (room == MempoolVerdict.Accepted && !fits)
        {
            yielding = incumbent is not null ? null
                : lane == MempoolLane.Accusations ? FindMeeker(stake, byteCount)
                : FindYielding(lane, transaction.Sender, byteCount);
            if (yielding is null) room = MempoolVerdict.LaneFull;
        }

        if (room != MempoolVerdict.Accepted) return Place.None(new MempoolOutcome(room, default, id));
        MempoolVerdict verdict = waits ? MempoolVerdict.AcceptedWaiting : MempoolVerdict.Accepted;
        return new Place(new MempoolOutcome(verdict, default, id), queue, next, lane, stake, yielding, incumbent is not null);
    }

    /// <summary>
    /// A body for a child of <paramref name="parent"/>, which need not be committed yet: each lane up to its share and then the
    /// first again, senders in turns, each sender's in order, as many as apply and fit. What is refused for its messages is
    /// dropped and reported; what merely does not follow on this parent stays.
    /// </summary>
    /// <param name="arrivedBy">What came later is left for another block: others hardly have it yet. Null for no such bound.</param>
    public MempoolSelection Select(
        LedgerState parent,
        BlockContext block,
        int bytesMax = Limits.BlockBytesMax,
        int countMax = Limits.BlockTransactionsMax,
        Instant? arrivedBy = null)
    {
        LedgerDraft draft = BlockApplication.Begin(parent, block);
        LaneQueues heads = new(bytesMax, countMax);
        foreach ((AccountId sender, SenderQueue queue) in _senders)
        {
            if (queue.At(parent.Records.Account(sender).Sequence) is { } head) heads.Add(head, turn: 0);
        }

        ImmutableArray<VerifiedTransaction>.Builder chosen = ImmutableArray.CreateBuilder<VerifiedTransaction>();
        List<DroppedTransaction> dropped = [];
        int bytes = 0;
        while (chosen.Count < countMax && heads.TryTake(out PooledTransaction? head, out int turn))
        {
            VerifiedTransaction verified = head.Verified;
            if (bytes + verified.Bytes.Length > bytesMax || head.ArrivedAt > arrivedBy) continue;
            TransactionOutcome outcome = TransactionApplication.Apply(draft, verified);
            if (!outcome.IsAccepted)
            {
                if (outcome.Verdict != TransactionVerdict.MessageRefused) continue;
                dropped.Add(new DroppedTransaction(verified.Id, MempoolVerdict.Refused, outcome));
                Remove(head);
                continue;
            }

            chosen.Add(verified);
            bytes += verified.Bytes.Length;
            heads.Chosen(head);
            if (_senders[verified.Transaction.Sender].At(verified.Transaction.Sequence + 1) is { } successor) heads.Add(successor, turn + 1);
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
            PooledTransaction over = _byExpiry.Min.Entry;
            Remove(over);
            bool isExpired = over.Verified.Transaction.ExpiresAt < latest.Height.Next;
            dropped.Add(isExpired
                ? new DroppedTransaction(over.Verified.Id, MempoolVerdict.Refused, TransactionOutcome.Of(TransactionVerdict.Expired))
                : new DroppedTransaction(over.Verified.Id, MempoolVerdict.WaitedTooLong, default));
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

    private MempoolVerdict CheckRoom(Transaction transaction, SenderQueue queue, ulong next, bool waits)
    {
        if (queue.At(transaction.Sequence) is not null) return MempoolVerdict.SequenceTaken;
        if (queue.Count >= Limits.MempoolTransactionsPerSenderMax) return MempoolVerdict.SenderFull;
        if (waits && queue.GapCount(next) >= Limits.MempoolGapsPerSenderMax) return MempoolVerdict.GapsFull;
        if (waits && GapCount >= Limits.MempoolGapsMax) return MempoolVerdict.GapsFull;
        return MempoolVerdict.Accepted;
    }

    /// <summary>
    /// Who goes where a lane is full: the last of the sender with the most in it, for a sender that has at least two less, so that
    /// the two do not push each other out in turns. None where all have about the same, or where one going is not enough.
    /// </summary>
    private PooledTransaction? FindYielding(MempoolLane lane, AccountId newcomer, int byteCount)
    {
        LaneLoad load = _lanes[(int)lane];
        if (load.Count == 0) return null;
        (int count, AccountId heaviest) = load.Heaviest;
        if (heaviest == newcomer || count < load.CountOf(newcomer) + 2) return null;
        PooledTransaction? last = _senders[heaviest].LastIn(lane);
        Invariant.Holds(last is not null);
        bool isEnough = load.ByteCount - last.Verified.Bytes.Length + byteCount <= MempoolLanes.BytesMax(lane);
        return isEnough ? last : null;
    }

    /// <summary>Who goes where the lane of accusations is full: whatever stakes the least, for what stakes more.</summary>
    private PooledTransaction? FindMeeker(Amount stake, int byteCount)
    {
        LaneLoad load = _lanes[(int)MempoolLane.Accusations];
        if (load.Meekest is not { } meekest || meekest.Stake >= stake) return null;
        bool isEnough = load.ByteCount - meekest.Verified.Bytes.Length + byteCount <= MempoolLanes.BytesMax(MempoolLane.Accusations);
        return isEnough ? meekest : null;
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
        _byId.Add(entry.Verified.Id.Hash, entry);
        _byFingerprint.Add(entry.Verified.Fingerprint, entry);
        _byExpiry.Add((entry.LeavesAt, entry.Arrival, entry));
        _lanes[(int)entry.Lane].Add(entry);
        ByteCount += entry.Verified.Bytes.Length;
        // The lanes' quotas add up to the pool.
        Invariant.Holds(Count <= Limits.MempoolTransactionsMax && ByteCount <= Limits.MempoolBytesMax);
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
        _byId.Remove(entry.Verified.Id.Hash);
        _byFingerprint.Remove(entry.Verified.Fingerprint);
        _byExpiry.Remove((entry.LeavesAt, entry.Arrival, entry));
        _lanes[(int)entry.Lane].Remove(entry);
        ByteCount -= entry.Verified.Bytes.Length;
    }

    private static MempoolOutcome Refused(TransactionOutcome outcome, TransactionId id) => new(MempoolVerdict.Refused, outcome, id);

    /// <summary>Where a transaction would stand.</summary>
    /// <param name="Next">Its sender's next number.</param>
    /// <param name="Yielding">What gives way to it.</param>
    /// <param name="Replaces">That one has the same number, and keeps it where it can stand in a block.</param>
    private readonly record struct Place(
        MempoolOutcome Outcome, SenderQueue Queue, ulong Next, MempoolLane Lane, Amount Stake, PooledTransaction? Yielding, bool Replaces)
    {
        public static Place None(MempoolOutcome why) => new(why, null!, 0, default, Amount.Zero, null, false);
    }
}
