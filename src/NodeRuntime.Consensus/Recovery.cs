using System.Collections.Immutable;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>What a disk gave back at a start.</summary>
public sealed record Recovery
{
    public static Recovery Fresh { get; } = new() { Tip = null, Watermark = null, Records = [], WatermarkIsLost = false };

    /// <summary>The youngest finalized block with its certificate.</summary>
    public required (Block Block, Certificate Finalization)? Tip { get; init; }

    public required Watermark? Watermark { get; init; }

    public required ImmutableArray<LogRecord> Records { get; init; }

    /// <summary>The folder is not new and yet holds no watermark, or a damaged one: whoever may have voted must not vote.</summary>
    public required bool WatermarkIsLost { get; init; }
}
