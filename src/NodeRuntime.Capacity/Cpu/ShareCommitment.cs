using System;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// What a peer says it found in a slice, before the next beacon chooses what of it is opened. Whoever carries it to the ledger signs it for
/// <see cref="Owner"/>; key and target follow from the slice.
/// </summary>
/// <param name="Units">How many units searched; places of others are foreign.</param>
/// <param name="Found">The claimed number of shares and the root of their tree.</param>
public sealed record ShareCommitment(PeerId Owner, SliceNumber Slice, WorkKind Kind, ushort Units, ShareSum Found)
{
    public Hash256 Digest => Hasher.Tagged(HashDomain.CapacityShares, Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) => writer.Record(WireType.ShareCommitment, 6)
        .Hash(Owner.Hash).UInt64(Slice.Number).UInt64((byte)Kind).UInt64(Units).UInt64(Found.Count).Hash(Found.Hash).End();

    public static ShareCommitment Read(WireReader reader)
    {
        reader.Record(WireType.ShareCommitment, 6);
        ShareCommitment commitment = new(
            new PeerId(reader.Hash()), new SliceNumber(reader.UInt32()), (WorkKind)reader.Byte(), reader.UInt16(),
            new ShareSum(reader.UInt32(), reader.Hash()));
        reader.End();
        if (commitment.Kind is not (WorkKind.RandomX or WorkKind.AesRoMix)) reader.Fail();
        return commitment;
    }

    public static ShareCommitment? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ShareCommitment commitment = Read(reader);
        return reader.Succeeded ? commitment : null;
    }
}
