using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// An account: what it may spend, the sequence number that its next transaction must carry, and how many of its orders
/// wait or run.
/// </summary>
public sealed record AccountRecord(Amount Balance, ulong Sequence, uint OpenOrders = 0)
{
    public static AccountRecord Empty { get; } = new(Amount.Zero, 0);

    public void Write(WireWriter writer) =>
        writer.Record(WireType.AccountRecord, 3).Amount(Balance).UInt64(Sequence).UInt64(OpenOrders).End();

    public static AccountRecord Read(WireReader reader)
    {
        reader.Record(WireType.AccountRecord, 3);
        AccountRecord record = new(reader.Amount(), reader.UInt64(), reader.UInt32());
        reader.End();
        return record;
    }
}
