using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>A provider's bond: what stands behind its bids, what it asked back and when that is free.</summary>
public sealed record BondRecord(Amount Bonded, Amount Unbonding, Instant FreeAt, uint OpenLeases)
{
    public static BondRecord Empty { get; } = new(Amount.Zero, Amount.Zero, Instant.Epoch, 0);

    public void Write(WireWriter writer) => writer.Record(WireType.BondRecord, 4)
        .Amount(Bonded).Amount(Unbonding).Instant(FreeAt).UInt64(OpenLeases).End();

    public static BondRecord Read(WireReader reader)
    {
        reader.Record(WireType.BondRecord, 4);
        BondRecord record = new(reader.Amount(), reader.Amount(), reader.Instant(), reader.UInt32());
        reader.End();
        return record;
    }
}
