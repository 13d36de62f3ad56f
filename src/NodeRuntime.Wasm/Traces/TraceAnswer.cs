using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>A party's checkpoint with its way into the party's own commitment.</summary>
/// <param name="Before">The link of the checkpoint before; zero at the start.</param>
public sealed record TraceAnswer(int Index, TraceCheckpoint Checkpoint, Hash256 Before, ImmutableArray<Hash256> Path)
{
    /// <summary>Whether the commitment holds this checkpoint at this index.</summary>
    public bool IsBoundTo(TraceCommitment commitment, ITraceHasher hasher)
    {
        System.ArgumentNullException.ThrowIfNull(commitment);
        if (Index < 0 || Index >= commitment.Count || Path.IsDefault || (Index == 0 && !Before.IsZero)) return false;
        return TraceTree.Leads(hasher, Checkpoint.Link(hasher, Before), Index, commitment.Count, Path, commitment.Root);
    }
}
