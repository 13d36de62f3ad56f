using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>For whom rows are made: what their identity is computed from, kept beside them so that whoever finds a plot can say whose it is.</summary>
/// <param name="Registration">Hash of the final block that the rows are bound to: what a <see cref="SpaceCommitment"/> must name.</param>
public sealed record PlotOwner(ChainId Chain, PublicKey NodeKey, Hash256 Registration, uint ParameterSet)
{
    public PlotIdentity Identity => PlotIdentity.Of(Chain, NodeKey, Registration, ParameterSet);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PlotOwner, 4).Hash(Chain.Hash).Bytes(NodeKey.AsSpan()).Hash(Registration).UInt64(ParameterSet).End();
        return writer.ToArray();
    }

    public static PlotOwner? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PlotOwner, 4);
        PlotOwner owner = new(new ChainId(reader.Hash()), PublicKey.Read(reader), reader.Hash(), reader.UInt32());
        reader.End();
        return reader.Succeeded ? owner : null;
    }
}
