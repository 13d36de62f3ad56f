using System;

namespace NodeRuntime.Primitives;

// Identities are hashes with a name of their own, so that the compiler refuses a lease where an order is meant.

/// <summary>The hash of the genesis document: the trust anchor of every joiner, client and verifier.</summary>
public readonly record struct ChainId(Hash256 Hash) : IComparable<ChainId>
{
    public int CompareTo(ChainId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}

/// <summary>A peer: the hash of its node key.</summary>
public readonly record struct PeerId(Hash256 Hash) : IComparable<PeerId>
{
    public int CompareTo(PeerId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}

/// <summary>An account: the hash of its first key policy, so that its keys can rotate while its name stays.</summary>
public readonly record struct AccountId(Hash256 Hash) : IComparable<AccountId>
{
    public int CompareTo(AccountId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}

/// <summary>A transaction: the hash of its signed bytes without the signatures, which may be made anew.</summary>
public readonly record struct TransactionId(Hash256 Hash) : IComparable<TransactionId>
{
    public int CompareTo(TransactionId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}

/// <summary>An order, and the job it asks for: the hash of the owner, its sequence number and the message's place.</summary>
public readonly record struct OrderId(Hash256 Hash) : IComparable<OrderId>
{
    public int CompareTo(OrderId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}

/// <summary>A lease: the hash of its order and its attempt, counted from zero.</summary>
public readonly record struct LeaseId(Hash256 Hash) : IComparable<LeaseId>
{
    public int CompareTo(LeaseId other) => Hash.CompareTo(other.Hash);

    public override string ToString() => Hash.ToString();
}
