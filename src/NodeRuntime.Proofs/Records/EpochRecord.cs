using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Records;

/// <summary>A set of validators: the one in force, or the one that is due.</summary>
/// <param name="Since">For the set in force the height of the seal before it; for one that is due the height that found it.</param>
public sealed record EpochRecord(ValidatorSet Validators, Height Since)
{
    public void Write(WireWriter writer)
    {
        writer.Record(WireType.EpochRecord, 2);
        Validators.Write(writer);
        writer.UInt64(Since.Number).End();
    }

    public static EpochRecord Read(WireReader reader)
    {
        reader.Record(WireType.EpochRecord, 2);
        EpochRecord record = new(ValidatorSet.Read(reader), new Height(reader.UInt64()));
        reader.End();
        return record;
    }
}
