using System.Collections.Immutable;
using System.IO;
using Microsoft.Data.Sqlite;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Processes.Tests.Net;

/// <summary>A finalized block of a peer's disk, and who signed the certificate that lies beside it.</summary>
internal sealed record StoredHeader(Height Height, Hash256 Digest, ImmutableArray<int> Signers);

/// <summary>What a live peer has on its disk, by a reading connection beside the peer's own.</summary>
internal static class StoredChain
{
    public static ImmutableArray<StoredHeader> Read(string data)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnectionStringBuilder settings = new()
        {
            DataSource = Path.Combine(data, "journal", "journal.db"),
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        using SqliteConnection connection = new(settings.ToString());
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, payload FROM journal WHERE stream = 'blocks' ORDER BY sequence";
        using SqliteDataReader reader = command.ExecuteReader();
        ImmutableArray<StoredHeader>.Builder chain = ImmutableArray.CreateBuilder<StoredHeader>();
        Hash256? parent = null;
        while (reader.Read())
        {
            StoredBlock stored = StoredBlock.Decode((byte[])reader["payload"]);
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
}
