using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// A validator key that contradicted itself: it is punished once, and never votes in a later set. Stays for ever, as the
/// evidence does in the block of this height.
/// </summary>
/// <param name="Account">Whose bond stood behind the key.</param>
/// <param name="Taken">From that bond.</param>
public sealed record JailRecord(PublicKey Key, AccountId Account, Epoch Epoch, View View, EvidenceFault Fault, Height Height, Amount Taken)
{
    public void Write(WireWriter writer) => writer.Record(WireType.JailRecord, 7)
        .Bytes(Key.AsSpan()).Hash(Account.Hash).UInt64(Epoch.Number).UInt64(View.Number).UInt64((byte)Fault).UInt64(Height.Number)
        .Amount(Taken).End();

    public static JailRecord Read(WireReader reader)
    {
        reader.Record(WireType.JailRecord, 7);
        JailRecord record = new(
            PublicKey.Read(reader), new AccountId(reader.Hash()), new Epoch(reader.UInt32()), new View(reader.UInt64()),
            (EvidenceFault)reader.Byte(), new Height(reader.UInt64()), reader.Amount());
        reader.End();
        if (record.Fault is < EvidenceFault.DoubleNotarize or > EvidenceFault.Mismatch) reader.Fail();
        return record;
    }
}
