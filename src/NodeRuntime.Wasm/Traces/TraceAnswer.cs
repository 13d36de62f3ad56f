using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>A party's checkpoint with its way into the party's own commitment.</summary>
/// <param name="Before">The link of the checkpoint before; zero at the start.</param>
public sealed record TraceAnswer(int Index, TraceCheckpoint Checkpoint, Hash256 Before, ImmutableArray<Hash256> Path)
{
    /// <summary>The height of the largest trace's tree.</summary>
    private const int PathMax = 22;

    /// <summary>Null for whatever is no answer's encoding.</summary>
    public static TraceAnswer? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        reader.Record(WireType.TraceAnswer, 5);
        ulong index = reader.UInt64();
        var checkpoint = new TraceCheckpoint(reader.UInt64(), reader.Hash());
        Hash256 before = reader.Hash();
        ImmutableArray<Hash256> path = reader.List(PathMax, static item => item.Hash());
        reader.End();
        return reader.Succeeded && index < TraceTerms.CheckpointsLimit ? new TraceAnswer((int)index, checkpoint, before, path) : null;
    }

    public byte[] Encode()
    {
        Invariant.Holds(!Path.IsDefault && Path.Length <= PathMax);
        WireWriter writer = new WireWriter().Record(WireType.TraceAnswer, 5)
            .UInt64((ulong)Index)
            .UInt64(Checkpoint.FuelUsed)
            .Hash(Checkpoint.Root)
            .Hash(Before)
            .Array(Path.Length);
        foreach (Hash256 neighbour in Path) writer.Hash(neighbour);
        return writer.End().End().ToArray();
    }

    /// <summary>Whether the commitment holds this checkpoint at this index.</summary>
    public bool IsBoundTo(TraceCommitment commitment, ITraceHasher hasher)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        if (Index < 0 || Index >= commitment.Count || Path.IsDefault || (Index == 0 && !Before.IsZero)) return false;
        return TraceTree.Leads(hasher, Checkpoint.Link(hasher, Before), Index, commitment.Count, Path, commitment.Root);
    }
}
