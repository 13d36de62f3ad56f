using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace NodeRuntime.Persistence.Journal;

// Databases check their structure, not (SQLite) the bytes of a value. So every row carries the first eight bytes of
// SHA-256(length of the stream's name, 4 bytes || name || sequence, 8 bytes || payload), big-endian: a flipped bit is seen, and
// so is a payload that turns up under another row's key.

internal static class RowChecksum
{
    public static long Of(string stream, long sequence, ReadOnlySpan<byte> payload)
    {
        int nameLength = Encoding.UTF8.GetByteCount(stream);
        byte[] head = new byte[sizeof(int) + nameLength + sizeof(long)];
        BinaryPrimitives.WriteInt32BigEndian(head, nameLength);
        Encoding.UTF8.GetBytes(stream, head.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(sizeof(int) + nameLength), sequence);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(payload);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadInt64BigEndian(digest);
    }
}
