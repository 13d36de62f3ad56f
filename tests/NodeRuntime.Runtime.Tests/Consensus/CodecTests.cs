using System;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Transactions;
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
            new TransactionMessage.Missing([id]),
            new TransactionMessage.Want([id]),
            new TransactionMessage.Bodies([new byte[] { 1, 2, 3 }, new byte[] { 4 }]),
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
    public void Empty_lists_too_many_ids_and_too_long_batches_are_refused()
    {
        TransactionId[] ids = [.. Enumerable.Repeat(new TransactionId(Hash256.Zero), Limits.TransactionIdsPerMessageMax + 1)];

        Assert.NotNull(TransactionMessage.Decode(new TransactionMessage.Announce([.. ids[1..]]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Announce([.. ids]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Want([.. ids]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Missing([.. ids]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Announce([]).Encode()));
        Assert.Null(TransactionMessage.Decode(new TransactionMessage.Bodies([]).Encode()));
        Assert.NotNull(TransactionMessage.Decode(Batch(4, Limits.TransactionBytesMax)));
        Assert.Null(TransactionMessage.Decode(Batch(5, Limits.TransactionBytesMax)));
        Assert.Null(TransactionMessage.Decode(Batch(1, Limits.TransactionBytesMax + 1)));

        static byte[] Batch(int count, int bytes) =>
            new TransactionMessage.Bodies([.. Enumerable.Repeat((ReadOnlyMemory<byte>)new byte[bytes], count)]).Encode();
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
