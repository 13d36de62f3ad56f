using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Records;

/// <summary>Where each record stands in the state: the one place that client, verifier and ledger agree on.</summary>
public static class StateKeys
{
    public static StateKey Supply => new(StateFamily.Supply, Hash256.Zero);

    public static StateKey Account(AccountId account) => new(StateFamily.Account, account.Hash);

    public static StateKey Bond(AccountId provider) => new(StateFamily.Bond, provider.Hash);

    public static StateKey Order(OrderId order) => new(StateFamily.Order, order.Hash);

    public static StateKey Bids(OrderId order) => new(StateFamily.Bid, order.Hash);

    public static StateKey Lease(LeaseId lease) => new(StateFamily.Lease, lease.Hash);

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
}
