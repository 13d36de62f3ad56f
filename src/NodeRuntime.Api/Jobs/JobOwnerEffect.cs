using System;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Api.Jobs;

/// <summary>Everything an owner's side of a lease asks of its host.</summary>
public abstract record JobOwnerEffect
{
    private JobOwnerEffect()
    {
    }

    public sealed record Say(JobMessage Message) : JobOwnerEffect;

    /// <summary>Read this much of the content and say it as a Chunk.</summary>
    public sealed record SendChunk(JobPiece Piece, ulong Offset, int Count) : JobOwnerEffect;

    public sealed record StageChanged(JobStage Stage) : JobOwnerEffect;

    /// <summary>The next bytes of the program's output or error, without gap.</summary>
    public sealed record Log(bool IsError, ReadOnlyMemory<byte> Bytes) : JobOwnerEffect;

    /// <summary>The next bytes of an output file, without gap.</summary>
    public sealed record StoreOutput(JobPiece Piece, ulong Offset, ReadOnlyMemory<byte> Bytes) : JobOwnerEffect;

    /// <summary>Result, logs and outputs are all here; their hashes are for the host to check against the result.</summary>
    public sealed record Complete(JobResult Result, string Detail) : JobOwnerEffect;

    public sealed record ReceiptArrived(ReadOnlyMemory<byte> Bytes) : JobOwnerEffect;

    /// <summary>The provider said no to something.</summary>
    public sealed record Refused(JobRefusal Code, string Detail) : JobOwnerEffect;

    /// <summary>The provider broke the protocol or signed with a wrong key: leave it.</summary>
    public sealed record Distrust(string Reason) : JobOwnerEffect;
}
