using System.Collections.Generic;
using System.Collections.Immutable;
using System.Data.Common;
using System.IO;
using System.Linq;
using Microsoft.Data.Sqlite;
using NodeRuntime.Consensus;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;
using Npgsql;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>A finalized block of a peer's disk, and who signed the certificate that lies beside it.</summary>
internal sealed record StoredHeader(Height Height, Hash256 Digest, ImmutableArray<int> Signers);

/// <summary>What a peer has on its disk, by a connection of our own: beside the peer's while it runs, alone when it has stopped.</summary>
internal static class StoredChain
{
    /// <summary>The finalized blocks of a peer with SQLite, from the first on.</summary>
    public static ImmutableArray<StoredBlock> Blocks(string data) =>
        [.. Payloads(data, "blocks", SqliteOpenMode.ReadOnly).Select(static payload => StoredBlock.Decode(payload))];

    /// <summary>The same, those above a height.</summary>
    public static ImmutableArray<StoredBlock> BlocksAbove(string data, ulong height)
    {
        using SqliteConnection connection = Open(data, SqliteOpenMode.ReadOnly);
        return [.. Payloads(connection, "blocks", (long)height).Select(static payload => StoredBlock.Decode(payload))];
    }

    /// <summary>The same of a peer with PostgreSQL.</summary>
    public static ImmutableArray<StoredBlock> BlocksOfServer(string connectionString)
    {
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        return [.. Payloads(connection, "blocks").Select(static payload => StoredBlock.Decode(payload))];
    }

    /// <summary>The heads of blocks; each names the one before it.</summary>
    public static ImmutableArray<StoredHeader> Read(ImmutableArray<StoredBlock> blocks)
    {
        ImmutableArray<StoredHeader>.Builder chain = ImmutableArray.CreateBuilder<StoredHeader>();
        Hash256? parent = null;
        foreach (StoredBlock stored in blocks)
        {
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

    /// <summary>A connection to a peer's journal. This process opens its SQLite files here and in the journal itself, nowhere else.</summary>
    public static SqliteConnection Open(string data, SqliteOpenMode mode)
    {
        SystemSqlite.Use();
        SqliteConnectionStringBuilder settings = new() { DataSource = Path.Combine(data, "journal", "journal.db"), Mode = mode, Pooling = false };
        SqliteConnection connection = new(settings.ToString());
        connection.Open();
        return connection;
    }

    private static List<byte[]> Payloads(string data, string stream, SqliteOpenMode mode)
    {
        using SqliteConnection connection = Open(data, mode);
        return Payloads(connection, stream);
    }

    private static List<byte[]> Payloads(DbConnection connection, string stream, long above = 0)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = "SELECT payload FROM journal WHERE stream = @stream AND sequence > @above ORDER BY sequence";
        Add(command, "stream", stream);
        Add(command, "above", above);
        using DbDataReader reader = command.ExecuteReader();
        List<byte[]> payloads = [];
        while (reader.Read()) payloads.Add((byte[])reader["payload"]);
        return payloads;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        DbParameter parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
