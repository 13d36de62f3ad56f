using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>The height and the time of the block that made this state. Stands in the state, so a root commits to both.</summary>
public sealed record ClockRecord(Height Height, Instant Time)
{
    public void Write(WireWriter writer) => writer.Record(WireType.ClockRecord, 2).UInt64(Height.Number).Instant(Time).End();

    public static ClockRecord Read(WireReader reader)
    {
        reader.Record(WireType.ClockRecord, 2);
        ClockRecord record = new(new Height(reader.UInt64()), reader.Instant());
        reader.End();
        return record;
    }
}
