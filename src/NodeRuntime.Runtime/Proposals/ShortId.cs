using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>
/// Eight bytes for a transaction inside one proposal: SipHash of the SHA-256 of all its bytes, signatures included, under a key from the
/// proposal's digest. The digest is known to nobody before the block is made, so nobody can prepare two transactions that share one;
/// by chance two of a full pool do in one of 10^11 proposals. What was put together is checked against the body's root anyway.
/// </summary>
public readonly record struct ShortId(ulong Value) : System.IComparable<ShortId>
{
    public const int ByteCount = sizeof(ulong);

    public static ShortId Of(Hash256 proposal, Hash256 fingerprint) =>
        new(SipHash.Hash(proposal.AsSpan()[..SipHash.KeyByteCount], fingerprint.AsSpan()));

    public static ShortId Of(Hash256 proposal, System.ReadOnlySpan<byte> transaction) => Of(proposal, Hasher.Sha256(transaction));

    public static ImmutableArray<ShortId> Of(Hash256 proposal, System.ReadOnlySpan<System.ReadOnlyMemory<byte>> transactions)
    {
        ImmutableArray<ShortId>.Builder ids = ImmutableArray.CreateBuilder<ShortId>(transactions.Length);
        foreach (System.ReadOnlyMemory<byte> transaction in transactions) ids.Add(Of(proposal, transaction.Span));
        return ids.MoveToImmutable();
    }

    public int CompareTo(ShortId other) => Value.CompareTo(other.Value);
}
