using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// A key that lied about the calendar of events: what it signed about seconds up to <see cref="Covers"/> is punished, once, however many lies that were. A
/// later lie is another, and takes this record's place. Stays for ever, as the proof does in the block of this height.
/// </summary>
/// <param name="Kind">As the calendar's format numbers it.</param>
/// <param name="Account">Whose bond paid.</param>
/// <param name="Taken">From that bond.</param>
public sealed record FraudRecord(PublicKey Key, byte Kind, AccountId Account, Instant Covers, Height Height, Amount Taken)
{
    public void Write(WireWriter writer) => writer.Record(WireType.FraudRecord, 6)
        .Bytes(Key.AsSpan()).UInt64(Kind).Hash(Account.Hash).Instant(Covers).UInt64(Height.Number).Amount(Taken).End();

    public static FraudRecord Read(WireReader reader)
    {
        reader.Record(WireType.FraudRecord, 6);
        FraudRecord record = new(
            PublicKey.Read(reader), reader.Byte(), new AccountId(reader.Hash()), reader.Instant(), new Height(reader.UInt64()), reader.Amount());
        reader.End();
        return record;
    }
}
