using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// The height and the time of the block that made this state, and the time of the first block after the chain last
/// stood still. Stands in the state, so a root commits to all three.
/// </summary>
public sealed record ClockRecord(Height Height, Instant Time, Instant ResumedAt)
{
    public void Write(WireWriter writer) => writer.Record(WireType.ClockRecord, 3)
        .UInt64(Height.Number).Instant(Time).Instant(ResumedAt).End();

    public static ClockRecord Read(WireReader reader)
    {
        reader.Record(WireType.ClockRecord, 3);
        ClockRecord record = new(new Height(reader.UInt64()), reader.Instant(), reader.Instant());
        reader.End();
        return record;
    }
}
