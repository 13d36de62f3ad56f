using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>The beacon after the block that made this state.</summary>
public sealed record BeaconRecord(Hash256 Value)
{
    public void Write(WireWriter writer) => writer.Record(WireType.BeaconRecord, 1).Hash(Value).End();

    public static BeaconRecord Read(WireReader reader)
    {
        reader.Record(WireType.BeaconRecord, 1);
        BeaconRecord record = new(reader.Hash());
        reader.End();
        return record;
    }
}
