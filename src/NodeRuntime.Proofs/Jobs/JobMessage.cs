using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Jobs;

/// <summary>
/// Everything that an owner and its provider say to each other, over mutual TLS, about one lease:
/// <code>
/// owner                                   provider
///   Offer(spec)            ------------->   checks lease, owner's key and commitment
///                          &lt;-------------   Wanted(pieces, how far each is here) | Refused(code)
///   Chunk ...              ------------->   Received ...
///                          &lt;-------------   Taken(provider's signature of the hand-over)
///   HandOver(owner's signature) -------->   starts the sandbox; Ready goes to the ledger
///   Follow                 ------------->   Log ..., Stage ...
///                          &lt;-------------   Finished(result); the commitment goes to the ledger
///   Fetch                  ------------->   Data ...
///   WantReceipt            ------------->   Receipt, once the ledger has settled
/// </code>
/// </summary>
public abstract record JobMessage(LeaseId Lease)
{
    /// <summary>The owner opens the specification to the winner of the auction.</summary>
    public sealed record Offer(LeaseId Lease, JobSpec Spec) : JobMessage(Lease);

    /// <summary>The provider accepts and says how much of each piece it holds already.</summary>
    public sealed record Wanted(LeaseId Lease, ImmutableArray<JobPieceProgress> Pieces) : JobMessage(Lease);

    public sealed record Chunk(LeaseId Lease, JobPiece Piece, ulong Offset, ReadOnlyMemory<byte> Bytes) : JobMessage(Lease);

    /// <summary>The provider holds the piece up to here; the owner's window moves.</summary>
    public sealed record Received(LeaseId Lease, JobPieceProgress Progress) : JobMessage(Lease);

    /// <summary>Everything is here and hashes as specified: the provider signs the hand-over.</summary>
    public sealed record Taken(LeaseId Lease, PublicKey ProviderKey, Signature ProviderSignature) : JobMessage(Lease);

    /// <summary>The owner signs it too; custody has passed.</summary>
    public sealed record HandOverSigned(LeaseId Lease, Signature OwnerSignature) : JobMessage(Lease);

    /// <summary>The owner wants to hear of the run, its logs from these offsets on.</summary>
    public sealed record Follow(LeaseId Lease, ulong OutputOffset, ulong ErrorOffset) : JobMessage(Lease);

    public sealed record Log(LeaseId Lease, bool IsError, ulong Offset, ReadOnlyMemory<byte> Bytes) : JobMessage(Lease);

    public sealed record Stage(LeaseId Lease, JobStage Current) : JobMessage(Lease);

    public sealed record Finished(LeaseId Lease, JobResult Result, string Detail) : JobMessage(Lease);

    public sealed record Fetch(LeaseId Lease, JobPiece Piece, ulong Offset) : JobMessage(Lease);

    public sealed record Data(LeaseId Lease, JobPiece Piece, ulong Offset, ReadOnlyMemory<byte> Bytes) : JobMessage(Lease);

    public sealed record WantReceipt(LeaseId Lease) : JobMessage(Lease);

    public sealed record Receipt(LeaseId Lease, ReadOnlyMemory<byte> Bytes) : JobMessage(Lease);

    /// <summary>No, and why; the lease stands as it stood.</summary>
    public sealed record Refused(LeaseId Lease, JobRefusal Code, string Detail) : JobMessage(Lease);

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Offer m:
                writer.Record(WireType.JobOffer, 2).Hash(Lease.Hash);
                m.Spec.Write(writer);
                break;
            case Wanted m:
                writer.Record(WireType.JobWanted, 2).Hash(Lease.Hash).Array(m.Pieces.Length);
                foreach (JobPieceProgress piece in m.Pieces) piece.Write(writer);
                writer.End();
                break;
            case Chunk m:
                writer.Record(WireType.JobChunk, 4).Hash(Lease.Hash);
                m.Piece.Write(writer);
                writer.UInt64(m.Offset).Bytes(m.Bytes.Span);
                break;
            case Received m:
                writer.Record(WireType.JobReceived, 2).Hash(Lease.Hash);
                m.Progress.Write(writer);
                break;
            case Taken m:
                writer.Record(WireType.JobTaken, 3).Hash(Lease.Hash).Bytes(m.ProviderKey.AsSpan()).Bytes(m.ProviderSignature.AsSpan());
                break;
            case HandOverSigned m:
                writer.Record(WireType.JobHandOver, 2).Hash(Lease.Hash).Bytes(m.OwnerSignature.AsSpan());
                break;
            case Follow m:
                writer.Record(WireType.JobFollow, 3).Hash(Lease.Hash).UInt64(m.OutputOffset).UInt64(m.ErrorOffset);
                break;
            case Log m:
                writer.Record(WireType.JobLog, 4).Hash(Lease.Hash).Bool(m.IsError).UInt64(m.Offset).Bytes(m.Bytes.Span);
                break;
            case Stage m:
                writer.Record(WireType.JobStage, 2).Hash(Lease.Hash).UInt64((byte)m.Current);
                break;
            case Finished m:
                writer.Record(WireType.JobFinished, 3).Hash(Lease.Hash);
                m.Result.Write(writer);
                writer.Text(m.Detail);
                break;
            case Fetch m:
                writer.Record(WireType.JobFetch, 3).Hash(Lease.Hash);
                m.Piece.Write(writer);
                writer.UInt64(m.Offset);
                break;
            case Data m:
                writer.Record(WireType.JobData, 4).Hash(Lease.Hash);
                m.Piece.Write(writer);
                writer.UInt64(m.Offset).Bytes(m.Bytes.Span);
                break;
            case WantReceipt:
                writer.Record(WireType.JobWantReceipt, 1).Hash(Lease.Hash);
                break;
            case Receipt m:
                writer.Record(WireType.JobReceipt, 2).Hash(Lease.Hash).Bytes(m.Bytes.Span);
                break;
            case Refused m:
                writer.Record(WireType.JobRefused, 3).Hash(Lease.Hash).UInt64((byte)m.Code).Text(m.Detail);
                break;
            default:
                Invariant.Break("a job message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Any bytes: a message, or null where they are none.</summary>
    public static JobMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        int count = reader.Array(6);
        if (reader.UInt64() != 1) reader.Fail();
        WireType type = (WireType)reader.UInt32();
        LeaseId lease = new(reader.Hash());
        JobMessage? message = (type, count) switch
        {
            (WireType.JobOffer, 4) => new Offer(lease, JobSpec.Read(reader)),
            (WireType.JobWanted, 4) => new Wanted(lease, reader.List(Limits.JobInputsMax + 2, JobPieceProgress.Read)),
            (WireType.JobChunk, 6) => new Chunk(lease, JobPiece.Read(reader), reader.UInt64(), reader.Bytes(Limits.JobChunkBytesMax)),
            (WireType.JobReceived, 4) => new Received(lease, JobPieceProgress.Read(reader)),
            (WireType.JobTaken, 5) => new Taken(lease, PublicKey.Read(reader), Signature.Read(reader)),
            (WireType.JobHandOver, 4) => new HandOverSigned(lease, Signature.Read(reader)),
            (WireType.JobFollow, 5) => new Follow(lease, reader.UInt64(), reader.UInt64()),
            (WireType.JobLog, 6) => new Log(lease, reader.Bool(), reader.UInt64(), reader.Bytes(Limits.JobChunkBytesMax)),
            (WireType.JobStage, 4) => new Stage(lease, ReadStage(reader)),
            (WireType.JobFinished, 5) => new Finished(lease, JobResult.Read(reader), reader.Text()),
            (WireType.JobFetch, 5) => new Fetch(lease, JobPiece.Read(reader), reader.UInt64()),
            (WireType.JobData, 6) => new Data(lease, JobPiece.Read(reader), reader.UInt64(), reader.Bytes(Limits.JobChunkBytesMax)),
            (WireType.JobWantReceipt, 3) => new WantReceipt(lease),
            (WireType.JobReceipt, 4) => new Receipt(lease, reader.Bytes(Limits.ReceiptBytesMax)),
            (WireType.JobRefused, 5) => new Refused(lease, ReadRefusal(reader), reader.Text()),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }

    private static JobStage ReadStage(WireReader reader)
    {
        JobStage stage = (JobStage)reader.Byte();
        if (stage is < JobStage.Receiving or > JobStage.Failed) reader.Fail();
        return stage;
    }

    private static JobRefusal ReadRefusal(WireReader reader)
    {
        JobRefusal refusal = (JobRefusal)reader.Byte();
        if (refusal is < JobRefusal.MessageMalformed or > JobRefusal.SandboxUnavailable) reader.Fail();
        return refusal;
    }
}
