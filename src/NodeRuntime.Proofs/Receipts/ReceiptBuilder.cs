using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>
/// Makes receipts: a gateway or a client drafts one from the evidence it gathered, the provider signs it. A draft is
/// checked like any receipt, so nobody hands out, or signs, one that a stranger would refuse.
/// </summary>
public static class ReceiptBuilder
{
    /// <summary>
    /// The receipt that this evidence supports, still without the provider's signature. Accepted means: everything but
    /// that signature holds.
    /// </summary>
    public static ReceiptVerdict Draft(
        JobEvidence evidence, in PublicKey providerKey, ChainId trusted, ISignatureVerifier signatures, out JobReceipt? draft)
    {
        draft = null;
        if (!Genesis.TryDecode(evidence.Genesis, out Genesis? genesis)) return ReceiptVerdict.GenesisMalformed;
        if (ReadRecords(evidence) is not var (leaseId, lease, order)) return ReceiptVerdict.StateProofWrong;
        JobStatement statement = JobStatement.Of(genesis!.ChainId, leaseId, lease, order, evidence.Spec, evidence.Result);
        JobReceipt made = new(statement, evidence, providerKey, null);
        ReceiptVerdict verdict = ReceiptVerifier.Verify(made.Encode(), trusted, signatures, out _);
        if (verdict != ReceiptVerdict.ProviderSignatureMissing) return verdict;
        draft = made;
        return ReceiptVerdict.Accepted;
    }

    /// <summary>The provider puts its name under a draft that it has checked.</summary>
    public static JobReceipt Sign(JobReceipt draft, ISigner provider)
    {
        Invariant.Holds(provider.PublicKey == draft.ProviderKey);
        return draft with { ProviderSignature = provider.Sign(draft.SigningDigest) };
    }

    // What the proofs claim to hold; the verifier then checks that they do.
    private static (LeaseId Id, LeaseRecord Lease, OrderRecord Order)? ReadRecords(JobEvidence evidence)
    {
        if (evidence.Lease.Leaf is not { Family: StateFamily.Lease } leaf) return null;
        WireReader leaseReader = new(evidence.Lease.Content);
        LeaseRecord lease = LeaseRecord.Read(leaseReader);
        WireReader orderReader = new(evidence.Order.Content);
        OrderRecord order = OrderRecord.Read(orderReader);
        if (!leaseReader.Succeeded || !orderReader.Succeeded) return null;
        return (new LeaseId(leaf.Id), lease, order);
    }
}
