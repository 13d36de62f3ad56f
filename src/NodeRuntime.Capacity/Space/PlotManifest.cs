using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>What stands at the head of a plot on a disk: whose rows they are, and how they lie.</summary>
/// <param name="Owner">What the identity is computed from, where whoever began the plot knew it; of this very identity.</param>
/// <param name="Units">How many there shall be.</param>
public sealed record PlotManifest(PlotIdentity Identity, PlotOwner? Owner, uint UnitRows, uint RowMemory, uint Units)
{
    private const int OwnerBytesMax = 256;

    public static PlotManifest Of(SpaceParameters parameters, PlotOwner owner, uint units) => Of(parameters, owner.Identity, units) with { Owner = owner };

    public static PlotManifest Of(SpaceParameters parameters, PlotIdentity identity, uint units) =>
        new(identity, null, parameters.UnitRows, parameters.RowMemory, units);

    /// <summary>The chain's parameters for rows that lie like this.</summary>
    public SpaceParameters LaidOut(SpaceParameters parameters) => parameters with { UnitRows = UnitRows, RowMemory = RowMemory };

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PlotManifest, 5).Hash(Identity.Hash).Bytes(Owner?.Encode() ?? [])
            .UInt64(UnitRows).UInt64(RowMemory).UInt64(Units).End();
        return writer.ToArray();
    }

    public static PlotManifest? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PlotManifest, 5);
        PlotIdentity identity = new(reader.Hash());
        byte[] ownerBytes = reader.Bytes(OwnerBytesMax);
        PlotOwner? owner = ownerBytes.Length == 0 ? null : PlotOwner.Decode(ownerBytes);
        PlotManifest manifest = new(identity, owner, reader.UInt32(), reader.UInt32(), reader.UInt32());
        reader.End();
        bool isOwners = owner is null ? ownerBytes.Length == 0 : owner.Identity == identity;
        return reader.Succeeded && isOwners ? manifest : null;
    }
}
