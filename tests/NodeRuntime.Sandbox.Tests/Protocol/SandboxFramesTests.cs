using System;
using System.IO;
using FsCheck;
using FsCheck.Fluent;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Protocol;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Tests.Protocol;

/// <summary>The bytes between the processes: what is written is read, and nothing else is.</summary>
public sealed class SandboxFramesTests
{
    public static TheoryData<int> Samples => [0, 1, 2, 3, 4];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Message_is_read_as_it_was_written(int sample)
    {
        SandboxMessage message = Sample(sample);
        using MemoryStream pipe = new();
        SandboxFrames.Write(pipe, message);
        pipe.Position = 0;
        SandboxFrame frame = SandboxFrames.Read(pipe);
        Assert.Equal(SandboxFrameVerdict.Accepted, frame.Verdict);
        Assert.Equal(message.Encode(), frame.Message!.Encode());
        Assert.Equal(message.GetType(), frame.Message.GetType());
        Assert.Equal(SandboxFrameVerdict.End, SandboxFrames.Read(pipe).Verdict);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Message_cut_anywhere_or_with_a_byte_more_is_malformed(int sample)
    {
        using MemoryStream whole = new();
        SandboxFrames.Write(whole, Sample(sample));
        byte[] bytes = whole.ToArray();
        for (int length = 1; length < bytes.Length; length += Math.Max(1, bytes.Length / 200))
        {
            using MemoryStream cut = new(bytes, 0, length);
            Assert.Equal(SandboxFrameVerdict.Malformed, SandboxFrames.Read(cut).Verdict);
        }

        byte[] body = [.. bytes.AsSpan(4), 0];
        Assert.Null(SandboxMessage.Decode(body));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData((uint)Limits.SandboxMessageBytesMax + 1)]
    [InlineData(uint.MaxValue)]
    public void Length_out_of_range_is_malformed_and_allocates_nothing(uint length)
    {
        using MemoryStream pipe = new(BitConverter.GetBytes(length));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(SandboxFrameVerdict.Malformed, SandboxFrames.Read(pipe).Verdict);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }

    [Fact]
    public void Any_bytes_are_a_message_or_none_and_never_an_exception() =>
        Prop.ForAll<byte[]>(static bytes =>
            SandboxMessage.Decode(bytes) is not { } message || message.Encode().AsSpan().SequenceEqual(bytes))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_byte_of_a_message_changed_is_another_message_or_none()
    {
        byte[] bytes = Sample(4).Encode();
        for (int at = 0; at < bytes.Length; at++)
        {
            for (int flip = 1; flip < 256; flip++)
            {
                byte[] changed = [.. bytes];
                changed[at] ^= (byte)flip;
                if (SandboxMessage.Decode(changed) is { } other) Assert.Equal(changed, other.Encode());
            }
        }
    }

    [Fact]
    public void Request_is_read_as_it_was_written_and_a_malformed_one_is_none()
    {
        SandboxRequest request = new(
            1, 2, 7, true, ["a", ""], [new GuestVariable("N", "v")], ["in.csv"],
            true, ulong.MaxValue, 16, 100, 1 << 20, 40, 9, new Instant(-5));
        byte[] bytes = request.Encode();
        Assert.Equal(bytes, SandboxRequest.Decode(bytes)!.Encode());
        for (int length = 0; length < bytes.Length; length++) Assert.Null(SandboxRequest.Decode(bytes.AsMemory(0, length)));
        Assert.Null(SandboxRequest.Decode((request with { OutputBytesMax = Limits.OutputBytesMax + 1 }).Encode()));
        Assert.Null(SandboxRequest.Decode((request with { MemoryPagesMax = Limits.GuestMemoryPagesMax + 1 }).Encode()));
        Assert.Null(SandboxRequest.Decode((request with { ParentProcessId = 0 }).Encode()));
    }

    private static SandboxMessage Sample(int number) => number switch
    {
        0 => new SandboxMessage.Ready(),
        1 => new SandboxMessage.Log(2, new byte[Limits.SandboxChunkBytesMax]),
        2 => new SandboxMessage.File("tables/\u00e4.csv", long.MaxValue),
        3 => new SandboxMessage.Chunk(new byte[] { 1, 2, 3 }),
        _ => new SandboxMessage.Report(ProcessVerdict.Trapped, -1, "Unreachable", "in function 7", ulong.MaxValue),
    };
}
