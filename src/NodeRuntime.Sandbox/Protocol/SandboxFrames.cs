using System;
using System.Buffers.Binary;
using System.IO;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>Messages on a pipe: a length of four bytes, least significant first, and as many bytes of one message.</summary>
internal static class SandboxFrames
{
    private const int HeaderBytes = 4;

    public static void Write(Stream pipe, SandboxMessage message)
    {
        byte[] body = message.Encode();
        Invariant.Holds(body.Length <= Limits.SandboxMessageBytesMax);
        byte[] frame = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame, HeaderBytes);
        pipe.Write(frame);
    }

    /// <summary>Reads one frame. Allocates no more than a message may have, whatever the length claims.</summary>
    public static SandboxFrame Read(Stream pipe)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        int headerRead = pipe.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        if (headerRead == 0) return SandboxFrame.End;
        if (headerRead < HeaderBytes) return SandboxFrame.Malformed;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length is 0 or > Limits.SandboxMessageBytesMax) return SandboxFrame.Malformed;
        byte[] body = new byte[length];
        if (pipe.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length) return SandboxFrame.Malformed;
        SandboxMessage? message = SandboxMessage.Decode(body);
        return message is null ? SandboxFrame.Malformed : new SandboxFrame(SandboxFrameVerdict.Accepted, message);
    }
}
