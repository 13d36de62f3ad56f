using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>Puts together what proves a settled job, from the peer's own finalized ledger, and signs it.</summary>
internal static class ReceiptMaker
{
    /// <summary>The tip's proven state must hold the lease as settled.</summary>
    /// <returns>Null where the chain has had more seals than a receipt can carry.</returns>
    public static byte[]? Make(NodeModel model, NodePorts ports, LedgerTip tip, LeaseWorkRecord work)
    {
        Invariant.Holds(tip.Certified is not null);
        Invariant.Holds(work.Result is not null);
        Invariant.Holds(work.OwnerSignature is not null);
        LeaseRecord? lease = tip.Proven.Records.Lease(work.Lease);
        Invariant.Holds(lease is { State: LeaseState.Settled });
        SetProof sets = tip.Sets;
        if (sets.Encode().Length > Limits.ReceiptSealsBytesMax) return null;
        JobEvidence evidence = new()
        {
            Genesis = model.Genesis.Encode(),
            Block = tip.Certified,
            Sets = sets,
            Order = tip.Proven.Prove(StateKeys.Order(lease.Order)),
            Lease = tip.Proven.Prove(StateKeys.Lease(work.Lease)),
            Spec = work.Spec,
            Result = work.Result,
            OwnerKey = work.OwnerKey,
            OwnerSignature = work.OwnerSignature.Value,
            ProviderSignature = work.ProviderSignature,
        };
        ReceiptVerdict verdict = ReceiptBuilder.Draft(
            evidence, ports.Signer.PublicKey, model.Chain, ports.Signatures, out JobReceipt? draft);
        Invariant.Holds(verdict == ReceiptVerdict.Accepted);
        Invariant.Holds(draft is not null);
        return ReceiptBuilder.Sign(draft, ports.Signer).Encode();
    }
}
