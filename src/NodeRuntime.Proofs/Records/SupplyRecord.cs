using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// The running totals. At every height: balances + bonds + escrows = minted - burned.
/// </summary>
public sealed record SupplyRecord(Amount Minted, Amount Burned, Amount Balances, Amount Bonds, Amount Escrows)
{
    /// <summary>Everything that somebody holds.</summary>
    public Amount Held => Balances + Bonds + Escrows;

    public bool IsConserved => Held == Minted - Burned;

    public void Write(WireWriter writer) => writer.Record(WireType.SupplyRecord, 5)
        .Amount(Minted).Amount(Burned).Amount(Balances).Amount(Bonds).Amount(Escrows).End();

    public static SupplyRecord Read(WireReader reader)
    {
        reader.Record(WireType.SupplyRecord, 5);
        SupplyRecord record = new(reader.Amount(), reader.Amount(), reader.Amount(), reader.Amount(), reader.Amount());
        reader.End();
        return record;
    }
}
