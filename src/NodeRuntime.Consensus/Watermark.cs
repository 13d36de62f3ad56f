using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// The last slot that a key has signed, and what. Written with each vote, in one atomic batch; signing at or below it,
/// but for the same value again, is refused. It is what keeps a restored or twice started validator from voting twice.
/// </summary>
public sealed record Watermark(VoteSlot Slot, Hash256? Value)
{
    public bool Allows(VoteSlot slot, Hash256? value) =>
        slot.CompareTo(Slot) > 0 || (slot == Slot && value == Value);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.ConsensusWatermark, 4);
        Slot.Write(writer);
        return writer.OptionalHash(Value).End().ToArray();
    }

    public static Watermark? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.ConsensusWatermark, 4);
        Watermark watermark = new(VoteSlot.Read(reader), reader.OptionalHash());
        reader.End();
        return reader.Succeeded ? watermark : null;
    }
}
