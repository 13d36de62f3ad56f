using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Jobs;

/// <summary>
/// Custody passes: owner and provider each sign that program and inputs of this specification lie with the provider
/// for this lease. The digest stands on the ledger; both signatures stand in the receipt.
/// </summary>
public sealed record HandOver(LeaseId Lease, Hash256 SpecCommitment, AccountId Owner, AccountId Provider)
{
    public Hash256 Digest(ChainId chain)
    {
        WireWriter writer = new();
        writer.Record(WireType.HandOver, 5).Hash(chain.Hash).Hash(Lease.Hash).Hash(SpecCommitment)
            .Hash(Owner.Hash).Hash(Provider.Hash).End();
        return Hasher.Tagged(HashDomain.HandOver, writer.ToArray());
    }
}
