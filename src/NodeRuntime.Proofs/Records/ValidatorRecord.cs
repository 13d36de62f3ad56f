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
/// <param name="BoundUntil">
/// Since the key left the set in force: until then evidence may come of what it signed, and somebody must answer for it. Null for a key that never
/// voted, or has not stopped.
/// </param>
public sealed record ValidatorKeyRecord(PublicKey Key, AccountId Account, Instant? BoundUntil)
{
    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ValidatorKeyRecord, 3).Bytes(Key.AsSpan()).Hash(Account.Hash);
        if (BoundUntil is { } until) writer.Instant(until);
        else writer.Null();
        writer.End();
    }

    public static ValidatorKeyRecord Read(WireReader reader)
    {
        reader.Record(WireType.ValidatorKeyRecord, 3);
        ValidatorKeyRecord record = new(PublicKey.Read(reader), new AccountId(reader.Hash()), reader.TryNull() ? null : reader.Instant());
        reader.End();
        return record;
    }
}
