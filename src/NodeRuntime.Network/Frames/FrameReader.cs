using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Network.Frames;

internal enum FrameReadVerdict
{
    Accepted,

    /// <summary>The stream ended between two frames.</summary>
    Ended,

    /// <summary>The stream ended inside a frame.</summary>
    Truncated,
    TooLarge,
    KindUnknown,
}

internal readonly record struct FrameRead(FrameReadVerdict Verdict, FrameKind Kind, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Cuts a stream into frames: u32 length of the payload, most significant first | u8 kind | payload. The header is judged
/// as soon as its five bytes are there; memory for a payload grows with the bytes that came, never with the length
/// that was claimed.
/// </summary>
internal sealed class FrameReader(PipeReader pipe)
{
    public const int HeaderByteCount = 5;

    public async ValueTask<FrameRead> ReadAsync(int payloadBytesMax, CancellationToken cancellation)
    {
        while (true)
        {
            ReadResult result = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (TryCut(buffer, payloadBytesMax, out FrameRead frame))
            {
                pipe.AdvanceTo(buffer.GetPosition(frame.Verdict == FrameReadVerdict.Accepted ? HeaderByteCount + frame.Payload.Length : 0));
                return frame;
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            return new FrameRead(buffer.IsEmpty ? FrameReadVerdict.Ended : FrameReadVerdict.Truncated, default, default);
        }
    }

    /// <summary>False where more bytes are needed.</summary>
    private static bool TryCut(in ReadOnlySequence<byte> buffer, int payloadBytesMax, out FrameRead frame)
    {
        frame = default;
        if (buffer.Length < HeaderByteCount) return false;
        Span<byte> header = stackalloc byte[HeaderByteCount];
        buffer.Slice(0, HeaderByteCount).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > (uint)payloadBytesMax)
        {
            frame = new FrameRead(FrameReadVerdict.TooLarge, default, default);
            return true;
        }

        if (!FrameKinds.IsKnown(header[4]))
        {
            frame = new FrameRead(FrameReadVerdict.KindUnknown, default, default);
            return true;
        }

        if (buffer.Length < HeaderByteCount + length) return false;
        frame = new FrameRead(FrameReadVerdict.Accepted, (FrameKind)header[4], buffer.Slice(HeaderByteCount, length).ToArray());
        return true;
    }
}
