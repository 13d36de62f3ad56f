using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using Microsoft.Data.Sqlite;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>A finalized block of a peer's disk, and who signed the certificate that lies beside it.</summary>
internal sealed record StoredHeader(Height Height, Hash256 Digest, ImmutableArray<int> Signers);

/// <summary>What a peer has on its disk, by a connection of our own: beside the peer's while it runs, alone when it has stopped.</summary>
internal static class StoredChain
{
    /// <summary>The finalized blocks of a live peer, from the first on; each names the one before it.</summary>
    public static ImmutableArray<StoredHeader> Read(string data)
    {
        ImmutableArray<StoredHeader>.Builder chain = ImmutableArray.CreateBuilder<StoredHeader>();
        Hash256? parent = null;
        foreach (byte[] payload in Payloads(data, "blocks", SqliteOpenMode.ReadOnly))
        {
            StoredBlock stored = StoredBlock.Decode(payload);
            BlockHeader header = stored.Block.Header;
            Assert.Equal(chain.Count + 1, (int)header.Height.Number);
            if (parent is { } expected) Assert.Equal(expected, header.ParentDigest);
            parent = header.Digest;
            ImmutableArray<int>.Builder signers = ImmutableArray.CreateBuilder<int>();
            foreach (CertificateSigner signer in stored.Finalization?.Signers ?? []) signers.Add(signer.Index.Number);
            chain.Add(new StoredHeader(header.Height, header.Digest, signers.ToImmutable()));
        }

        return chain.ToImmutable();
    }

    /// <summary>The votes that a stopped peer will remember when it starts.</summary>
    public static IReadOnlyList<Vote> OwnVotes(string data)
    {
        List<Vote> votes = [];
        foreach (byte[] payload in Payloads(data, "consensus", SqliteOpenMode.ReadWrite))
        {
            if (LogRecord.Decode(payload) is LogRecord.OwnVote own) votes.Add(own.Vote);
        }

        return votes;
    }

    private static List<byte[]> Payloads(string data, string stream, SqliteOpenMode mode)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnectionStringBuilder settings = new() { DataSource = Path.Combine(data, "journal", "journal.db"), Mode = mode, Pooling = false };
        using SqliteConnection connection = new(settings.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT payload FROM journal WHERE stream = @stream ORDER BY sequence";
        command.Parameters.AddWithValue("@stream", stream);
        using SqliteDataReader reader = command.ExecuteReader();
        List<byte[]> payloads = [];
        while (reader.Read()) payloads.Add((byte[])reader["payload"]);
        return payloads;
    }
}
