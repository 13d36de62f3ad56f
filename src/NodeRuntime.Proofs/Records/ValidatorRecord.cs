using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>That an account wants to be a validator: with which key, spoken for by which peer.</summary>
/// <param name="Granted">
/// Votes that genesis gave; in force without a bond until the account declares itself anew. Zero for all who came later.
/// </param>
public sealed record ValidatorRecord(PublicKey Key, PeerId Peer, ulong Granted)
{
    public void Write(WireWriter writer) =>
        writer.Record(WireType.ValidatorRecord, 3).Bytes(Key.AsSpan()).Hash(Peer.Hash).UInt64(Granted).End();

    public static ValidatorRecord Read(WireReader reader)
    {
        reader.Record(WireType.ValidatorRecord, 3);
        ValidatorRecord record = new(PublicKey.Read(reader), new PeerId(reader.Hash()), reader.UInt64());
        reader.End();
        return record;
    }
}

/// <summary>Whose a validator's key is: one key serves one account.</summary>
public sealed record ValidatorKeyRecord(AccountId Account)
{
    public void Write(WireWriter writer) => writer.Record(WireType.ValidatorKeyRecord, 1).Hash(Account.Hash).End();

    public static ValidatorKeyRecord Read(WireReader reader)
    {
        reader.Record(WireType.ValidatorKeyRecord, 1);
        ValidatorKeyRecord record = new(new AccountId(reader.Hash()));
        reader.End();
        return record;
    }
}
