using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>An account: what it may spend and the sequence number that its next transaction must carry.</summary>
public sealed record AccountRecord(Amount Balance, ulong Sequence)
{
    public static AccountRecord Empty { get; } = new(Amount.Zero, 0);

    public void Write(WireWriter writer) =>
        writer.Record(WireType.AccountRecord, 2).Amount(Balance).UInt64(Sequence).End();

    public static AccountRecord Read(WireReader reader)
    {
        reader.Record(WireType.AccountRecord, 2);
        AccountRecord record = new(reader.Amount(), reader.UInt64());
        reader.End();
        return record;
    }
}
