using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>Who has a seat among the providers of a kind. Seats are numbered without holes.</summary>
public sealed record CapacitySeatRecord(AccountId Account)
{
    public void Write(WireWriter writer) => writer.Record(WireType.CapacitySeatRecord, 1).Hash(Account.Hash).End();

    public static CapacitySeatRecord Read(WireReader reader)
    {
        reader.Record(WireType.CapacitySeatRecord, 1);
        CapacitySeatRecord record = new(new AccountId(reader.Hash()));
        reader.End();
        return record;
    }
}
