using System;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>
/// SHA-256 of many short messages in one call: what a tree that takes a million leaves a second does all day. Every backend gives the digests of
/// FIPS 180-4; they differ in how many messages they hash side by side. One owner: a hasher has scratch memory of its own.
/// </summary>
public interface IShortSha256
{
    /// <summary>How many messages are hashed side by side; a call with a multiple of it wastes nothing.</summary>
    int LaneCount { get; }

    /// <summary>
    /// The digests of messages of one length that stand in a row, each with one byte in front of it that is not in the row (the prefix of a leaf
    /// or a node). Digests may overwrite the messages from the beginning, as where a level of a tree becomes the next.
    /// </summary>
    /// <param name="byteCount">Of each message, prefix not counted; at most <see cref="ShortSha256.MessageByteCountMax"/>.</param>
    /// <param name="digests">32 bytes for each message: its length says how many there are.</param>
    void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests);

    /// <summary>The same of messages of different lengths: <paramref name="ends"/> says where each ends. The digests stand elsewhere.</summary>
    void HashPrefixed(byte prefix, ReadOnlySpan<byte> messages, ReadOnlySpan<int> ends, Span<byte> digests);

    /// <summary>The digests of messages of one length that stand in a row.</summary>
    void Hash(ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests);

    /// <summary>HMAC-SHA-256 (RFC 2104) of messages of one length under one key; the digests stand elsewhere.</summary>
    /// <param name="key">At most 64 bytes.</param>
    /// <param name="byteCount">Of each message, at most <see cref="ShortSha256.MacMessageByteCountMax"/>.</param>
    void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> messages, int byteCount, Span<byte> digests);
}
