using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>How far a validator's key has come in the chain that it committed to.</summary>
/// <param name="Anchor">What the chain ends in, said when the key was declared.</param>
/// <param name="Tip">The last that was shown in a block; the anchor where none was.</param>
/// <param name="Used">Steps from the anchor to the tip.</param>
/// <param name="Missed">
/// Views that the key led since, and that were skipped: what a proposal may have shown there is never used again, so that the next reveal
/// lies so many steps deeper.
/// </param>
/// <param name="From">
/// The first height at which reveals are due. Between an anchor and the first reveal lie so many blocks of others that nobody can
/// choose an anchor for what its reveals will make of the beacon.
/// </param>
public sealed record RevealRecord(Hash256 Anchor, Hash256 Tip, uint Used, uint Missed, Height From)
{
    public static RevealRecord Begin(Hash256 anchor, Height from) => new(anchor, anchor, 0, 0, from);

    /// <summary>Nothing of it was shown, or might have been.</summary>
    public bool IsUnused => Used == 0 && Missed == 0;

    /// <summary>Of a chain of this length, how many reveals are left.</summary>
    public uint Left(uint length) => length - Used - Missed;

    public void Write(WireWriter writer) =>
        writer.Record(WireType.RevealRecord, 5).Hash(Anchor).Hash(Tip).UInt64(Used).UInt64(Missed).UInt64(From.Number).End();

    public static RevealRecord Read(WireReader reader)
    {
        reader.Record(WireType.RevealRecord, 5);
        RevealRecord record = new(reader.Hash(), reader.Hash(), reader.UInt32(), reader.UInt32(), new Height(reader.UInt64()));
        reader.End();
        return record;
    }
}
