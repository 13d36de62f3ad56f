using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>What a party binds itself to before any question: how the run ended and every checkpoint on the way.</summary>
/// <param name="Count">Checkpoints: the start, those between, the end.</param>
/// <param name="Root">Of the tree over the links of the chain.</param>
public sealed record TraceCommitment(Hash256 Subject, ulong Interval, int Count, Hash256 Root, TraceEnd End)
{
    /// <summary>Null for whatever is no commitment's encoding: a trace has a start and an end, and no more checkpoints than the limit.</summary>
    public static TraceCommitment? Decode(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        reader.Record(WireType.TraceCommitment, 5);
        Hash256 subject = reader.Hash();
        ulong interval = reader.UInt64();
        ulong count = reader.UInt64();
        Hash256 root = reader.Hash();
        byte[] end = reader.Bytes(TraceEnd.BytesMax);
        reader.End();
        if (!reader.Succeeded || interval is 0 or > long.MaxValue || count is < 2 or > TraceTerms.CheckpointsLimit) return null;
        return TraceEnd.Decode(end) is { } decoded ? new TraceCommitment(subject, interval, (int)count, root, decoded) : null;
    }

    /// <summary>What is signed and published.</summary>
    public byte[] Encode() => new WireWriter().Record(WireType.TraceCommitment, 5)
        .Hash(Subject)
        .UInt64(Interval)
        .UInt64((ulong)Count)
        .Hash(Root)
        .Bytes(End.Encode())
        .End()
        .ToArray();
}
