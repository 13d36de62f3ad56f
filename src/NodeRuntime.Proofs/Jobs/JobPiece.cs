using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Jobs;

/// <summary>Which of a lease's files.</summary>
public enum JobPieceKind : byte
{
    Module = 1,
    Input = 2,
    StandardInput = 3,
    Output = 4,
    StandardOutput = 5,
    StandardError = 6,
}

/// <summary>A file of a lease; inputs and outputs have names, the others an empty one.</summary>
public sealed record JobPiece(JobPieceKind Kind, string Name)
{
    public static JobPiece Module { get; } = new(JobPieceKind.Module, string.Empty);

    public static JobPiece StandardInput { get; } = new(JobPieceKind.StandardInput, string.Empty);

    public static JobPiece StandardOutput { get; } = new(JobPieceKind.StandardOutput, string.Empty);

    public static JobPiece StandardError { get; } = new(JobPieceKind.StandardError, string.Empty);

    public static JobPiece Input(string name) => new(JobPieceKind.Input, name);

    public static JobPiece Output(string name) => new(JobPieceKind.Output, name);

    public void Write(WireWriter writer) => writer.Array(2).UInt64((byte)Kind).Text(Name).End();

    public static JobPiece Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        JobPiece piece = new((JobPieceKind)reader.Byte(), reader.Text());
        reader.End();
        bool isNamed = piece.Kind is JobPieceKind.Input or JobPieceKind.Output;
        if (piece.Kind is < JobPieceKind.Module or > JobPieceKind.StandardError) reader.Fail();
        if (isNamed ? !JobSpec.IsFileName(piece.Name) : piece.Name.Length != 0) reader.Fail();
        return piece;
    }
}

/// <summary>How many bytes of a piece have arrived.</summary>
public sealed record JobPieceProgress(JobPiece Piece, ulong Length)
{
    public void Write(WireWriter writer)
    {
        writer.Array(2);
        Piece.Write(writer);
        writer.UInt64(Length).End();
    }

    public static JobPieceProgress Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        JobPieceProgress progress = new(JobPiece.Read(reader), reader.UInt64());
        reader.End();
        return progress;
    }
}

/// <summary>Where a lease stands with its provider.</summary>
public enum JobStage : byte
{
    /// <summary>Program and inputs are arriving.</summary>
    Receiving = 1,

    /// <summary>Everything is here; the owner's signature is not.</summary>
    Taken = 2,
    Starting = 3,
    Running = 4,
    Finished = 5,
    Settled = 6,
    Failed = 7,
}

/// <summary>Why a provider refuses what an owner, or somebody who says so, asks of a lease.</summary>
public enum JobRefusal : byte
{
    MessageMalformed = 1,
    LeaseUnknown = 2,

    /// <summary>The lease is another provider's.</summary>
    NotTheProvider = 3,

    /// <summary>The connection's key is not the owner's.</summary>
    NotTheOwner = 4,
    LeaseOver = 5,
    SpecCommitmentWrong = 6,

    /// <summary>The specification asks for more than the order's terms.</summary>
    SpecExceedsTerms = 7,
    PieceUnknown = 8,
    OffsetWrong = 9,
    ContentWrong = 10,
    HandOverSignatureWrong = 11,
    DiskFull = 12,
    NotYet = 13,
    SandboxUnavailable = 14,
}
