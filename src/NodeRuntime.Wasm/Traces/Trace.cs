using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>A party's own record of a run, from which it commits and answers. About a hundred bytes for each checkpoint.</summary>
public sealed class Trace
{
    private readonly ImmutableArray<TraceCheckpoint> _checkpoints;
    private readonly Hash256[] _links;
    private readonly TraceTree _tree;

    /// <param name="checkpoints">The start first; the last one's root is the end's.</param>
    public Trace(TraceTerms terms, ImmutableArray<TraceCheckpoint> checkpoints, TraceEnd end, ITraceHasher hasher)
    {
        System.ArgumentNullException.ThrowIfNull(terms);
        Invariant.Holds(checkpoints.Length >= 2 && checkpoints.Length <= terms.CheckpointsMax);
        _checkpoints = checkpoints;
        _links = new Hash256[checkpoints.Length];
        for (int i = 0; i < _links.Length; i++) _links[i] = checkpoints[i].Link(hasher, i == 0 ? Hash256.Zero : _links[i - 1]);
        _tree = new TraceTree(_links, hasher);
        Commitment = new TraceCommitment(terms.Subject, terms.Interval, checkpoints.Length, _tree.Root, end);
    }

    public TraceCommitment Commitment { get; }

    public IReadOnlyList<TraceCheckpoint> Checkpoints => _checkpoints;

    public TraceAnswer Answer(int index) =>
        new(index, _checkpoints[index], index == 0 ? Hash256.Zero : _links[index - 1], _tree.Path(index));
}
