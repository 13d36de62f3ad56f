using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>A peer that sells capacity, whatever the kinds.</summary>
/// <param name="NodeKey">The account's own single key, and the peer's.</param>
/// <param name="Attributes">Words of the provider's own, in strictly increasing ordinal order; nobody vouches for them.</param>
/// <param name="Registration">The beacon after the block that it registered in: its rows are made of it, and nobody knew it before.</param>
public sealed record CapacityProviderRecord(
    PublicKey NodeKey, string Region, ImmutableArray<string> Attributes, Hash256 Registration, Height RegisteredIn, CapacityMaintenance Maintenance)
{
    public PeerId Peer => NodeKey.ToPeerId();

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.CapacityProviderRecord, 6).Bytes(NodeKey.AsSpan()).Text(Region).Array(Attributes.Length);
        foreach (string attribute in Attributes) writer.Text(attribute);
        writer.End().Hash(Registration).UInt64(RegisteredIn.Number)
            .Array(4).Instant(Maintenance.From).Instant(Maintenance.Until).UInt64(Maintenance.Month).Duration(Maintenance.Used).End().End();
    }

    public static CapacityProviderRecord Read(WireReader reader)
    {
        reader.Record(WireType.CapacityProviderRecord, 6);
        CapacityProviderRecord record = new(
            PublicKey.Read(reader),
            reader.Text(Limits.RegionCharactersMax),
            reader.List(Limits.CapacityAttributesMax, static it => it.Text(Limits.CapacityAttributeCharactersMax)),
            reader.Hash(),
            new Height(reader.UInt64()),
            ReadMaintenance(reader));
        reader.End();
        return record;
    }

    private static CapacityMaintenance ReadMaintenance(WireReader reader)
    {
        if (reader.Array(4) != 4) reader.Fail();
        CapacityMaintenance maintenance = new(reader.Instant(), reader.Instant(), reader.UInt32(), reader.Duration());
        reader.End();
        return maintenance;
    }
}

/// <summary>The last maintenance that was declared, and how much of a month's was used.</summary>
/// <param name="Month">The 30 days of ledger time that <paramref name="Used"/> is of.</param>
public sealed record CapacityMaintenance(Instant From, Instant Until, uint Month, Duration Used)
{
    public static CapacityMaintenance None { get; } = new(Instant.Epoch, Instant.Epoch, 0, Duration.Zero);

    public bool Covers(Instant time) => time >= From && time < Until;
}
