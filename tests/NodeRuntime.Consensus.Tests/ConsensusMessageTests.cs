using System;
using System.Collections.Generic;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests;

/// <summary>The codec is total: whatever bytes come, a message or none, never an exception.</summary>
public sealed class ConsensusMessageTests
{
    public static IEnumerable<object[]> Kinds()
    {
        foreach (ConsensusMessage message in Messages()) yield return [message.GetType().Name];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_message_comes_back_as_it_was(string kind)
    {
        byte[] bytes = Of(kind).Encode();
        ConsensusMessage? decoded = ConsensusMessage.Decode(bytes);
        Assert.NotNull(decoded);
        Assert.Equal(kind, decoded.GetType().Name);
        Assert.Equal(bytes, decoded.Encode());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_cut_at_any_byte_is_none(string kind)
    {
        byte[] bytes = Of(kind).Encode();
        for (int length = 0; length < bytes.Length; length++) Assert.Null(ConsensusMessage.Decode(bytes.AsMemory(0, length)));
        Assert.Null(ConsensusMessage.Decode((byte[])[.. bytes, 0]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_with_a_changed_byte_is_another_message_or_none(string kind)
    {
        byte[] bytes = Of(kind).Encode();
        Prng prng = new(1);
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= (byte)(1 + prng.NextBelow(255));
            // One form for one meaning: what is read is written again byte for byte.
            if (ConsensusMessage.Decode(changed) is { } decoded) Assert.Equal(changed, decoded.Encode());
        }
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        Prop.ForAll<byte[]>(static bytes => ConsensusMessage.Decode(bytes) is not null || bytes.Length >= 0).QuickCheckThrowOnFailure();
        Prng prng = new(2);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[prng.NextBelow(80)];
            prng.Fill(bytes);
            // A plausible head lets the rest be reached: an array, version 1, a consensus type.
            if (bytes.Length > 3) (bytes[0], bytes[1], bytes[2], bytes[3]) = ((byte)(0x83 + prng.NextBelow(2)), 1, 0x18, (byte)(50 + prng.NextBelow(18)));
            _ = ConsensusMessage.Decode(bytes);
            _ = LogRecord.Decode(bytes);
            _ = Watermark.Decode(bytes);
        }
    }

    [Fact]
    public void A_type_of_another_range_is_none()
    {
        WireWriter writer = new();
        Assert.Null(ConsensusMessage.Decode(writer.Record(WireType.Transaction, 1).UInt64(1).End().ToArray()));
    }

    [Fact]
    public void Log_records_and_watermarks_come_back_as_they_were()
    {
        Bench bench = new();
        Block block = bench.Block(1);
        LogRecord[] records =
        [
            new LogRecord.OwnVote(bench.Vote(0, 3, VoteKind.Finalize, null)),
            new LogRecord.Held(bench.Nullification(2)),
            new LogRecord.Body(block),
            new LogRecord.Fence(new Epoch(1), new View(5), null),
            new LogRecord.Fence(new Epoch(1), new View(5), new View(9)),
            new LogRecord.SaidReady(new Epoch(1), new View(5), Hash256.Zero),
            new LogRecord.Entered(new Epoch(2)),
            new LogRecord.Accused(bench.Against(1, 1, VoteKind.Notarize, block.Header.Digest, VoteKind.Finalize, Hash256.Zero)),
        ];
        foreach (LogRecord record in records)
        {
            byte[] bytes = record.Encode();
            LogRecord? decoded = LogRecord.Decode(bytes);
            Assert.NotNull(decoded);
            Assert.Equal(record.GetType(), decoded.GetType());
            Assert.Equal(record.At, decoded.At);
            Assert.Equal(bytes, decoded.Encode());
            for (int length = 0; length < bytes.Length; length++) Assert.Null(LogRecord.Decode(bytes.AsMemory(0, length)));
        }

        Watermark mark = new(new VoteSlot(new Epoch(0), new View(7), VoteKind.Notarize), block.Header.Digest);
        Assert.Equal(mark, Watermark.Decode(mark.Encode()));
    }

    private static ConsensusMessage Of(string kind)
    {
        foreach (ConsensusMessage message in Messages())
        {
            if (message.GetType().Name == kind) return message;
        }

        throw new HarnessException("no example of " + kind);
    }

    private static List<ConsensusMessage> Messages()
    {
        Bench bench = new();
        Block first = bench.Block(1);
        Block second = bench.Block(4, first);
        Certificate finalization = bench.Certificate(4, VoteKind.Finalize, second.Header.Digest);
        return
        [
            bench.Proposal(second),
            new ConsensusMessage.Voted(bench.Vote(1, 2, VoteKind.Finalize, null)),
            new ConsensusMessage.Certified(finalization),
            new ConsensusMessage.Reseal(new Justification(bench.Certificate(1, VoteKind.Notarize, Hash256.Zero), []), bench.Vote(1, 2, VoteKind.Notarize, Hash256.Zero)),
            new ConsensusMessage.Ready(bench.Ready(Bench.SetOf(1, 2), 1, 2)),
            new ConsensusMessage.HaveCertificate(new Epoch(0), new View(3)),
            new ConsensusMessage.WantCertificate(new Epoch(0), new View(ulong.MaxValue)),
            new ConsensusMessage.WantBlock(first.Header.Digest),
            new ConsensusMessage.BlockBody(first),
            new ConsensusMessage.Tip(new CertifiedHeader(second.Header, finalization)),
            new ConsensusMessage.WantChain(new Height(9)),
            new ConsensusMessage.Chain([first, second], finalization),
            new ConsensusMessage.WantBranch(new Height(4), first.Header.Digest),
            new ConsensusMessage.Branch([first, second]),
            new ConsensusMessage.Pruned(new Height(1_000)),
            new ConsensusMessage.FenceQuestion(77),
            new ConsensusMessage.FenceAnswer(77, finalization),
            new ConsensusMessage.Accusation(bench.Against(1, 1, VoteKind.Finalize, first.Header.Digest, VoteKind.Finalize, null)),
        ];
    }
}
