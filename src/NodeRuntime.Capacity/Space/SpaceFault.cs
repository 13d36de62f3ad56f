using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>A place in a signed proof whose label its nonce does not hit. Anyone may check it with one row.</summary>
/// <param name="Proof">Digest of the proof.</param>
/// <param name="Position">Of the label number among the proof's.</param>
public sealed record SpaceFault(Hash256 Proof, ushort Position)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) => writer.Record(WireType.SpaceFault, 2).Hash(Proof).UInt64(Position).End();

    public static SpaceFault Read(WireReader reader)
    {
        reader.Record(WireType.SpaceFault, 2);
        SpaceFault fault = new(reader.Hash(), reader.UInt16());
        reader.End();
        return fault;
    }

    public static SpaceFault? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        SpaceFault fault = Read(reader);
        return reader.Succeeded ? fault : null;
    }
}
