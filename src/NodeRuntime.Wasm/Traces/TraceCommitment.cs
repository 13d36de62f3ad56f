using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>What a party binds itself to before any question: how the run ended and every checkpoint on the way.</summary>
/// <param name="Count">Checkpoints: the start, those between, the end.</param>
/// <param name="Root">Of the tree over the links of the chain.</param>
public sealed record TraceCommitment(Hash256 Subject, ulong Interval, int Count, Hash256 Root, TraceEnd End)
{
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
