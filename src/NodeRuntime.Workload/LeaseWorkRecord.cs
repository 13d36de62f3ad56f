using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Workload;

/// <summary>What a provider must not forget of a lease: the opened specification, the signatures of the hand-over, the result.</summary>
public sealed record LeaseWorkRecord
{
    public required LeaseId Lease { get; init; }

    public required JobSpec Spec { get; init; }

    public required PublicKey OwnerKey { get; init; }

    /// <summary>Null until custody passed.</summary>
    public required Signature? OwnerSignature { get; init; }

    public required Signature ProviderSignature { get; init; }

    /// <summary>Null until the run ended.</summary>
    public required JobResult? Result { get; init; }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.WorkloadRecord, 6).Hash(Lease.Hash);
        Spec.Write(writer);
        writer.Bytes(OwnerKey.AsSpan());
        if (OwnerSignature is { } owner) writer.Bytes(owner.AsSpan());
        else writer.Null();
        writer.Bytes(ProviderSignature.AsSpan());
        if (Result is null) writer.Null();
        else Result.Write(writer);
        return writer.End().ToArray();
    }

    public static LeaseWorkRecord? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.WorkloadRecord, 6);
        LeaseWorkRecord record = new()
        {
            Lease = new LeaseId(reader.Hash()),
            Spec = JobSpec.Read(reader),
            OwnerKey = PublicKey.Read(reader),
            OwnerSignature = reader.TryNull() ? null : Signature.Read(reader),
            ProviderSignature = Signature.Read(reader),
            Result = reader.TryNull() ? null : JobResult.Read(reader),
        };
        reader.End();
        return reader.Succeeded ? record : null;
    }
}
