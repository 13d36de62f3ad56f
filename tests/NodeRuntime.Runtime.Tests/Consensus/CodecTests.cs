using System;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Consensus;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Consensus;

public sealed class CodecTests
{
    [Fact]
    public void Transaction_messages_survive_and_damage_is_refused_or_another_message()
    {
        TransactionId id = new(Hasher.Sha256([1]));
        foreach (TransactionMessage message in new TransactionMessage[]
        {
            new TransactionMessage.Announce([id, new TransactionId(Hash256.Zero)]),
            new TransactionMessage.Announce([]),
            new TransactionMessage.Want([id]),
            new TransactionMessage.Body(new byte[] { 1, 2, 3 }),
        })
        {
            byte[] bytes = message.Encode();
            TransactionMessage? decoded = TransactionMessage.Decode(bytes);
            Assert.Equal(message.GetType(), decoded?.GetType());
            Assert.Equal(bytes, decoded!.Encode());
            for (int length = 0; length < bytes.Length; length++) Assert.Null(TransactionMessage.Decode(bytes.AsMemory(0, length)));
            Assert.Null(TransactionMessage.Decode((byte[])[.. bytes, 0]));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (TransactionMessage.Decode(damaged) is { } other) Assert.Equal(damaged, other.Encode());
            }
        }
    }

    [Fact]
    public void Too_many_ids_and_too_long_a_body_are_refused()
    {
        TransactionId[] ids = [.. Enumerable.Repeat(new TransactionId(Hash256.Zero), TransactionMessage.IdsMax + 1)];

        Assert.NotNull(TransactionMessage.Decode(new TransactionMessage.Announce([.. ids[1..]]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Announce([.. ids]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Want([.. ids]).Encode()));
        Assert.NotNull(TransactionMessage.Decode(new TransactionMessage.Body(new byte[Limits.TransactionBytesMax]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Body(new byte[Limits.TransactionBytesMax + 1]).Encode()));
    }

    [Fact]
    public void A_stored_block_survives_with_and_without_its_certificate()
    {
        byte[] with = new StoredBlock(Samples.Block(1, 1), Samples.Certificate(1, Hash256.Zero)).Encode();
        byte[] without = new StoredBlock(Samples.Block(1, 1), null).Encode();

        Assert.Equal(with, StoredBlock.Decode(with).Encode());
        Assert.Equal(without, StoredBlock.Decode(without).Encode());
        Assert.Null(StoredBlock.Decode(without).Finalization);
    }

    [Fact]
    public void A_damaged_stored_block_is_a_broken_invariant()
    {
        byte[] bytes = new StoredBlock(Samples.Block(1, 1), null).Encode();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvariantException>(() => StoredBlock.Decode(bytes.AsMemory(0, length)));
        }
    }
}
