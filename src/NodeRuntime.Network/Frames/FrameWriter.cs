using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace NodeRuntime.Network.Frames;

/// <summary>The counterpart of <see cref="FrameReader"/>: header and payload into a pipe, to be flushed by the caller.</summary>
internal static class FrameWriter
{
    public static void Write(PipeWriter pipe, FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = pipe.GetSpan(FrameReader.HeaderByteCount);
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)payload.Length);
        header[4] = (byte)kind;
        pipe.Advance(FrameReader.HeaderByteCount);
        if (!payload.IsEmpty) pipe.Write(payload);
    }
}
