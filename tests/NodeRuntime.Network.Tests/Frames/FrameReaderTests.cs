using System;
using System.Collections.Generic;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Network.Frames;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Frames;

public sealed class FrameReaderTests
{
    [Fact]
    public async Task However_the_bytes_are_cut_the_frames_are_the_same()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            Prng prng = new(seed);
            List<byte[]> payloads = [];
            Pipe pipe = new();
            Pipe bytes = new();
            for (int i = 0; i < 20; i++)
            {
                byte[] payload = new byte[prng.NextBelow(300)];
                prng.Fill(payload);
                payloads.Add(payload);
                FrameWriter.Write(bytes.Writer, (FrameKind)(byte)(i % 5), payload);
            }

            await bytes.Writer.CompleteAsync();
            byte[] stream = System.Buffers.BuffersExtensions.ToArray((await bytes.Reader.ReadAsync()).Buffer);
            Task writing = WriteInPieces(pipe.Writer, stream, prng);
            FrameReader reader = new(pipe.Reader);
            for (int i = 0; i < payloads.Count; i++)
            {
                FrameRead frame = await reader.ReadAsync(300, CancellationToken.None);
                Assert.Equal((FrameReadVerdict.Accepted, (FrameKind)(byte)(i % 5)), (frame.Verdict, frame.Kind));
                Assert.Equal(payloads[i], frame.Payload.ToArray());
            }

            Assert.Equal(FrameReadVerdict.Ended, (await reader.ReadAsync(300, CancellationToken.None)).Verdict);
            await writing;
        }
    }

    [Theory]
    [InlineData("", nameof(FrameReadVerdict.Ended))]
    [InlineData("00", nameof(FrameReadVerdict.Truncated))]
    [InlineData("0000000001", nameof(FrameReadVerdict.Accepted))]
    [InlineData("0000000101", nameof(FrameReadVerdict.Truncated))]
    [InlineData("0000006500", nameof(FrameReadVerdict.TooLarge))]
    [InlineData("FFFFFFFF00", nameof(FrameReadVerdict.TooLarge))]
    [InlineData("8000000000", nameof(FrameReadVerdict.TooLarge))]
    [InlineData("0000000005", nameof(FrameReadVerdict.KindUnknown))]
    [InlineData("00000000EF", nameof(FrameReadVerdict.KindUnknown))]
    [InlineData("00000000F3", nameof(FrameReadVerdict.KindUnknown))]
    public async Task A_header_is_judged_by_itself(string hex, string expected)
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(Convert.FromHexString(hex));
        await pipe.Writer.CompleteAsync();
        Assert.Equal(expected, (await new FrameReader(pipe.Reader).ReadAsync(100, CancellationToken.None)).Verdict.ToString());
    }

    [Fact]
    public async Task Any_bytes_give_frames_or_a_verdict()
    {
        for (ulong seed = 0; seed < 500; seed++)
        {
            Prng prng = new(seed);
            byte[] noise = new byte[prng.NextBelow(200)];
            prng.Fill(noise);
            for (int i = 0; i + 4 < noise.Length; i += 7) noise.AsSpan(i, 3).Clear();
            Pipe pipe = new();
            await pipe.Writer.WriteAsync(noise);
            await pipe.Writer.CompleteAsync();
            FrameReader reader = new(pipe.Reader);
            int total = 0;
            FrameRead frame;
            while ((frame = await reader.ReadAsync(64, CancellationToken.None)).Verdict == FrameReadVerdict.Accepted)
            {
                total += FrameReader.HeaderByteCount + frame.Payload.Length;
            }

            Assert.InRange(total, 0, noise.Length);
        }
    }

    private static async Task WriteInPieces(PipeWriter writer, byte[] stream, Prng prng)
    {
        for (int offset = 0; offset < stream.Length;)
        {
            int count = Math.Min(stream.Length - offset, 1 + prng.NextBelow(40));
            await writer.WriteAsync(stream.AsMemory(offset, count));
            offset += count;
        }

        await writer.CompleteAsync();
    }
}
