using System;
using System.Buffers.Binary;
using System.Numerics;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>
/// A recording's outermost form: frames behind each other, each of which can be told from what is no frame.
/// <code>
/// "NRf1" | length of the payload, 4 bytes | CRC-32C of the payload, 4 bytes | payload
/// </code>
/// A process that dies leaves the last frame unfinished: a torn tail. A bad frame with a whole one behind it is damage.
/// </summary>
internal static class FlightFrames
{
    public const int HeadBytes = 12;

    /// <summary>A checkpoint holds what a peer that syncs keeps between two certificates, and its own state beside it.</summary>
    public const int PayloadBytesMax = (int)Limits.HangingBytesMax + (16 << 20);

    private static ReadOnlySpan<byte> Mark => "NRf1"u8;

    public static byte[] Frame(ReadOnlySpan<byte> payload)
    {
        Invariant.Holds(payload.Length <= PayloadBytesMax);
        byte[] frame = new byte[HeadBytes + payload.Length];
        Mark.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Checksum(payload));
        payload.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>The payload of the frame that begins here; null where none does.</summary>
    public static ReadOnlyMemory<byte>? Read(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes.Span;
        if (head.Length < HeadBytes || !head.StartsWith(Mark)) return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        if (length < 0 || length > PayloadBytesMax || length > head.Length - HeadBytes) return null;
        ReadOnlyMemory<byte> payload = bytes.Slice(HeadBytes, length);
        // Not a conditional expression: beside a memory its null would become an empty memory.
        if (Checksum(payload.Span) != BinaryPrimitives.ReadUInt32LittleEndian(head[8..])) return null;
        return payload;
    }

    /// <summary>Whether any whole frame stands in what follows a bad one.</summary>
    public static bool HasFrame(ReadOnlyMemory<byte> bytes)
    {
        for (int from = 0; from < bytes.Length;)
        {
            int next = bytes.Span[from..].IndexOf(Mark);
            if (next < 0) return false;
            if (Read(bytes[(from + next)..]) is not null) return true;
            from += next + 1;
        }

        return false;
    }

    private static uint Checksum(ReadOnlySpan<byte> payload)
    {
        uint crc = uint.MaxValue;
        while (payload.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(payload));
            payload = payload[sizeof(ulong)..];
        }

        foreach (byte rest in payload) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }
}
