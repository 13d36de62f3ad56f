using System.Buffers.Binary;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Records;

/// <summary>Where each record stands in the state: the one place that client, verifier and ledger agree on.</summary>
public static class StateKeys
{
    public static StateKey Supply => new(StateFamily.Supply, Hash256.Zero);

    public static StateKey Parameters => new(StateFamily.Parameters, Hash256.Zero);

    public static StateKey Clock => new(StateFamily.Parameters, SecondId);

    public static StateKey Account(AccountId account) => new(StateFamily.Account, account.Hash);

    public static StateKey Bond(AccountId provider) => new(StateFamily.Bond, provider.Hash);

    public static StateKey Validator(AccountId account) => new(StateFamily.Validator, account.Hash);

    public static StateKey ValidatorKey(in PublicKey key) => new(StateFamily.ValidatorKey, key.ToPeerId().Hash);

    public static StateKey ValidatorKey(Hash256 key) => new(StateFamily.ValidatorKey, key);

    /// <summary>The set in force.</summary>
    public static StateKey Epoch => new(StateFamily.Epoch, Hash256.Zero);

    /// <summary>The set that is due; absent where none is.</summary>
    public static StateKey EpochDue => new(StateFamily.Epoch, SecondId);

    /// <summary>How far a validator's key has shown its chain; by the hash that names the key's peer, too.</summary>
    public static StateKey Reveal(in PublicKey validator) => new(StateFamily.Reveal, validator.ToPeerId().Hash);

    public static StateKey Beacon => new(StateFamily.Beacon, Hash256.Zero);

    public static StateKey Order(OrderId order) => new(StateFamily.Order, order.Hash);

    public static StateKey Bids(OrderId order) => new(StateFamily.Bid, order.Hash);

    public static StateKey Lease(LeaseId lease) => new(StateFamily.Lease, lease.Hash);

    /// <summary>By the hash that names the key's peer, too.</summary>
    public static StateKey Jail(in PublicKey validator) => new(StateFamily.Jail, validator.ToPeerId().Hash);

    /// <summary>That a key lied about the calendar of events; by the hash that names the key's peer, too.</summary>
    public static StateKey Fraud(in PublicKey culprit) => new(StateFamily.Fraud, culprit.ToPeerId().Hash);

    /// <summary>4 bytes of the day's number.</summary>
    public static StateKey Publication(PublicationDay day)
    {
        System.Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, day.Number);
        return Prefixed(StateFamily.Publication, bytes, []);
    }

    /// <summary>The newest of them once more; absent before the first.</summary>
    public static StateKey LastPublication => new(StateFamily.Publication, SecondId);

    /// <summary>How far the calendar of events has come, and its root.</summary>
    public static StateKey EventCalendar => new(StateFamily.EventCalendar, Hash256.Zero);

    /// <summary>The list of orders that take bids is ordered by acceptance: 8 bytes of milliseconds, 24 of the order.</summary>
    public static StateKey OpenOrder(Instant acceptedAt, OrderId order)
    {
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)acceptedAt.Milliseconds);
        order.Hash.AsSpan()[..24].CopyTo(bytes[8..]);
        return new StateKey(StateFamily.OpenOrder, new Hash256(bytes));
    }

    /// <summary>
    /// The calendar is ordered by time: 8 bytes of milliseconds rounded up, 1 of the kind, 23 of the subject. 184 bits of
    /// a hash are far from a collision, and the line itself names the subject whole.
    /// </summary>
    public static StateKey Deadline(Instant at, DeadlineKind kind, Hash256 subject)
    {
        long milliseconds = at.Milliseconds;
        if (Instant.FromMilliseconds(milliseconds) < at) milliseconds++;
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)milliseconds);
        bytes[8] = (byte)kind;
        subject.AsSpan()[..23].CopyTo(bytes[9..]);
        return new StateKey(StateFamily.Deadline, new Hash256(bytes));
    }

    /// <summary>When a line of the calendar is due, as its key tells.</summary>
    public static Instant TimeOfDeadline(StateKey key)
    {
        Invariant.Holds(key.Family == StateFamily.Deadline);
        return Instant.FromMilliseconds((long)BinaryPrimitives.ReadUInt64BigEndian(key.Id.AsSpan()));
    }

    /// <summary>Running totals and periods of a kind.</summary>
    public static StateKey CapacityKind(CapacityKind kind) => Prefixed(StateFamily.CapacityKind, [(byte)kind], []);

    public static StateKey CapacityProvider(AccountId account) => new(StateFamily.CapacityProvider, account.Hash);

    /// <summary>1 byte of the kind, 31 of the account: a family by kinds.</summary>
    public static StateKey CapacityDuty(CapacityKind kind, AccountId account) =>
        Prefixed(StateFamily.CapacityDuty, [(byte)kind], account.Hash.AsSpan());

    /// <summary>1 byte of the kind, 4 of the period, 27 of the account.</summary>
    public static StateKey CapacityAnswer(CapacityKind kind, uint period, AccountId account) =>
        Prefixed(StateFamily.CapacityAnswer, NumberOf(kind, period), account.Hash.AsSpan());

    /// <summary>1 byte of the kind, 4 of the seat.</summary>
    public static StateKey CapacitySeat(CapacityKind kind, uint seat) => Prefixed(StateFamily.CapacitySeat, NumberOf(kind, seat), []);

    /// <summary>The order that a transaction's message places.</summary>
    public static OrderId OrderOf(AccountId owner, ulong sequence, int messageIndex)
    {
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount + 12];
        owner.Hash.AsSpan().CopyTo(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[Hash256.ByteCount..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(Hash256.ByteCount + 8)..], messageIndex);
        return new OrderId(Hasher.Tagged(HashDomain.Order, bytes));
    }

    /// <summary>The lease that an order's attempt opens, counted from 0.</summary>
    public static LeaseId LeaseOf(OrderId order, byte attempt)
    {
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount + 1];
        order.Hash.AsSpan().CopyTo(bytes);
        bytes[Hash256.ByteCount] = attempt;
        return new LeaseId(Hasher.Tagged(HashDomain.Lease, bytes));
    }

    private static byte[] NumberOf(CapacityKind kind, uint number)
    {
        byte[] bytes = new byte[1 + sizeof(uint)];
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32BigEndian(System.MemoryExtensions.AsSpan(bytes, 1), number);
        return bytes;
    }

    private static StateKey Prefixed(StateFamily family, System.ReadOnlySpan<byte> prefix, System.ReadOnlySpan<byte> rest)
    {
        System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount];
        bytes.Clear();
        prefix.CopyTo(bytes);
        int left = Hash256.ByteCount - prefix.Length;
        rest[..System.Math.Min(left, rest.Length)].CopyTo(bytes[prefix.Length..]);
        return new StateKey(family, new Hash256(bytes));
    }

    private static Hash256 SecondId
    {
        get
        {
            System.Span<byte> bytes = stackalloc byte[Hash256.ByteCount];
            bytes.Clear();
            bytes[Hash256.ByteCount - 1] = 1;
            return new Hash256(bytes);
        }
    }
}
