using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>What stands at the head of a plot on a disk: whose rows they are, and how they lie.</summary>
/// <param name="Units">How many there shall be.</param>
public sealed record PlotManifest(PlotIdentity Identity, uint UnitRows, uint RowMemory, uint Units)
{
    public static PlotManifest Of(SpaceParameters parameters, PlotIdentity identity, uint units) =>
        new(identity, parameters.UnitRows, parameters.RowMemory, units);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PlotManifest, 4).Hash(Identity.Hash).UInt64(UnitRows).UInt64(RowMemory).UInt64(Units).End();
        return writer.ToArray();
    }

    public static PlotManifest? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PlotManifest, 4);
        PlotManifest manifest = new(new PlotIdentity(reader.Hash()), reader.UInt32(), reader.UInt32(), reader.UInt32());
        reader.End();
        return reader.Succeeded ? manifest : null;
    }
}
