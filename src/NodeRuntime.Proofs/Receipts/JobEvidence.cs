using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>
/// Why a statement about a job is to be believed. Each part is bound by another, so none needs a signature of its own:
/// <code>
/// trusted genesis hash ─ Genesis ─ Sets ─ validators ─ Block.Finalization ─ Block.Header ─ ParentStateRoot
///                                                                                           ├─ Order ─ SpecCommitment ─ Spec
///                                                                                           └─ Lease ─┬ ResultCommitment ─ Result
///                                                                                                     ├ HandOver ─ two signatures
///                                                                                                     └ owner, provider ─ their keys
/// </code>
/// </summary>
public sealed record JobEvidence
{
    /// <summary>The encoded genesis document: a verifier needs to know only its hash.</summary>
    public required ReadOnlyMemory<byte> Genesis { get; init; }

    /// <summary>A finalized block whose parent state holds the settled lease: a child of the settling block, or a later one.</summary>
    public required CertifiedHeader Block { get; init; }

    /// <summary>From genesis to the epoch of that block.</summary>
    public required SetProof Sets { get; init; }

    public required StateProof Order { get; init; }

    public required StateProof Lease { get; init; }

    public required JobSpec Spec { get; init; }

    public required JobResult Result { get; init; }

    public required PublicKey OwnerKey { get; init; }

    /// <summary>The owner's signature over the hand-over's digest.</summary>
    public required Signature OwnerSignature { get; init; }

    /// <summary>The provider's signature over the same digest, by the key that the receipt's header names.</summary>
    public required Signature ProviderSignature { get; init; }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.Receipt, 10).Bytes(Genesis.Span);
        Block.Write(writer);
        Sets.Write(writer);
        Order.Write(writer);
        Lease.Write(writer);
        Spec.Write(writer);
        Result.Write(writer);
        return writer.Bytes(OwnerKey.AsSpan()).Bytes(OwnerSignature.AsSpan()).Bytes(ProviderSignature.AsSpan()).End().ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out JobEvidence? evidence)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.Receipt, 10);
        evidence = new JobEvidence
        {
            Genesis = reader.Bytes(Limits.GenesisBytesMax),
            Block = CertifiedHeader.Read(reader),
            Sets = SetProof.Read(reader),
            Order = StateProof.Read(reader),
            Lease = StateProof.Read(reader),
            Spec = JobSpec.Read(reader),
            Result = JobResult.Read(reader),
            OwnerKey = PublicKey.Read(reader),
            OwnerSignature = Signature.Read(reader),
            ProviderSignature = Signature.Read(reader),
        };
        reader.End();
        if (!reader.Succeeded) evidence = null;
        return evidence is not null;
    }
}
