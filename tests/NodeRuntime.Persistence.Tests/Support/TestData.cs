using System;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Tests.Support;

internal static class TestData
{
    public const string Numbers = "numbers";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static ChainId Chain { get; } = new(Hasher.Sha256("chain"u8));

    public static ChainId OtherChain { get; } = new(Hasher.Sha256("other chain"u8));

    public static LeaseId Lease { get; } = new(Hasher.Sha256("lease"u8));

    /// <summary>The bytes that belong to a number: 32 to about 3,000 of them, told by the number alone.</summary>
    public static byte[] PayloadOf(ulong number)
    {
        Span<byte> seed = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(seed, number);
        byte[] digest = SHA256.HashData(seed);
        byte[] payload = new byte[32 + (digest[0] * 12)];
        for (int i = 0; i < payload.Length; i++) payload[i] = (byte)(digest[i % digest.Length] ^ (i / digest.Length));
        return payload;
    }

    public static JournalBatch Numbered(ulong number) => Batch(new JournalWrite.Put(Numbers, number, PayloadOf(number)));

    public static JournalBatch Batch(params ReadOnlySpan<JournalWrite> writes) => new([.. writes]);

    public static JournalWrite Put(string stream, ulong sequence, string text) =>
        new JournalWrite.Put(stream, sequence, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a batch and waits for its verdict.</summary>
    public static JournalVerdict WriteAndWait(this IJournal journal, params ReadOnlySpan<JournalWrite> writes) =>
        journal.WriteAndWait(Batch(writes));

    public static JournalVerdict WriteAndWait(this IJournal journal, JournalBatch batch)
    {
        using ManualResetEventSlim answered = new();
        JournalVerdict answer = default;
        journal.Write(batch, verdict =>
        {
            answer = verdict;
            answered.Set();
        });
        Assert.True(answered.Wait(Patience), "the journal does not answer");
        return answer;
    }

    public static string Text(ReadOnlyMemory<byte>? payload) =>
        payload is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : "nothing";

    /// <summary>Each record as number=text.</summary>
    public static string Text(ImmutableArray<JournalRecord> records)
    {
        string text = "";
        foreach (JournalRecord record in records) text += (text.Length == 0 ? "" : " ") + record.Sequence + "=" + Text(record.Payload);
        return text;
    }
}
