using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Uses;

/// <summary>What a peer used a key for. Numbers are on the wire.</summary>
public enum KeyPurpose
{
    /// <summary>It votes, and signs the calendar's checkpoints, from here on: in this epoch, and since this start.</summary>
    Votes = 1,

    /// <summary>It signed a transaction of the peer's account.</summary>
    Transaction = 2,
}

/// <summary>
/// That a key was used for something that is not routine: the content of a `key-use` event is SHA-256 of this record, so that whoever has the record, or makes it
/// from what stands on the ledger, can open the event. <c>[1, 351, purpose, key, epoch, of / null]</c>
/// </summary>
/// <param name="Of">Id of the transaction; null for votes.</param>
public sealed record KeyUse(KeyPurpose Purpose, PublicKey Key, Epoch Epoch, Hash256? Of)
{
    private const int Fields = 4;

    public Hash256 Content => Hasher.Sha256(Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.KeyUse, Fields).UInt64((ulong)Purpose).Bytes(Key.AsSpan()).UInt64(Epoch.Number);
        if (Of is { } of) writer.Hash(of);
        else writer.Null();
        return writer.End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static KeyUse? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.KeyUse, Fields);
        byte purpose = reader.Byte();
        KeyUse use = new((KeyPurpose)purpose, PublicKey.Read(reader), new Epoch(reader.UInt32()), reader.TryNull() ? null : reader.Hash());
        reader.End();
        return reader.Succeeded && use.Purpose is KeyPurpose.Votes or KeyPurpose.Transaction && (use.Of is null) == (use.Purpose == KeyPurpose.Votes) ? use : null;
    }
}
