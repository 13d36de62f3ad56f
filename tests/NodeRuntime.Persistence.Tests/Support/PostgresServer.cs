using System;
using System.Globalization;
using System.IO;
using System.Threading;
using Npgsql;

namespace NodeRuntime.Persistence.Tests.Support;

// The server of the tests: the one that NODERUNTIME_TEST_POSTGRES names, or else a temporary cluster of the machine's own
// PostgreSQL on a socket in a temporary folder, started by the first test that needs it and stopped after the last. initdb
// refuses root, so root runs it as the user postgres.

/// <summary>As the fixture of a collection it stops the server after the last test; the server is one for the process.</summary>
public sealed class PostgresServer : IDisposable
{
    public const string Collection = "PostgreSQL";

    private const string Variable = "NODERUNTIME_TEST_POSTGRES";

    private static readonly Lazy<string?> Reason = new(FindReason);

    private static readonly Lazy<PostgresCluster> Cluster = new(NewCluster);

    private static int _schemaCount;

    /// <summary>Why there is no server, or null.</summary>
    internal static string? Missing => Reason.Value;

    /// <summary>Why no cluster can be made here, or null.</summary>
    internal static string? MissingPrograms
    {
        get
        {
            if (FindPrograms() is null) return "no PostgreSQL server is installed";
            if (!Environment.IsPrivilegedProcess || Requirement.FindProgram("setpriv") is not null) return null;
            return "PostgreSQL does not run as root, and there is no setpriv to run it as somebody else";
        }
    }

    /// <summary>A connection string to a schema that is new.</summary>
    internal static string NewSchema()
    {
        string connectionString = Given ?? Cluster.Value.ConnectionString;
        string schema = string.Create(
            CultureInfo.InvariantCulture,
            $"journal_{Environment.ProcessId}_{Interlocked.Increment(ref _schemaCount)}");
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        using NpgsqlCommand create = new($"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}", connection);
        create.ExecuteNonQuery();
        return new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema }.ToString();
    }

    /// <summary>For tests that stop a server: a cluster of their own.</summary>
    internal static PostgresCluster NewCluster() =>
        PostgresCluster.Start(FindPrograms() ?? throw new IOException("no PostgreSQL server is installed"));

    public void Dispose()
    {
        if (Cluster.IsValueCreated) Cluster.Value.Dispose();
    }

    private static string? Given => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;

    private static string? FindReason()
    {
        if (Given is { } given) return Reach(given);
        return MissingPrograms is { } missing ? $"{Variable} is not set, and {missing}" : null;
    }

    private static string? Reach(string connectionString)
    {
        try
        {
            using NpgsqlConnection connection = new(connectionString);
            connection.Open();
            return null;
        }
        catch (NpgsqlException exception)
        {
            return "PostgreSQL is not reached: " + exception.Message;
        }
    }

    private static string? FindPrograms()
    {
        const string Root = "/usr/lib/postgresql";
        if (!Directory.Exists(Root)) return null;
        foreach (string version in Directory.EnumerateDirectories(Root))
        {
            string programs = Path.Combine(version, "bin");
            if (File.Exists(Path.Combine(programs, "initdb")) && File.Exists(Path.Combine(programs, "pg_ctl"))) return programs;
        }

        return null;
    }
}

[CollectionDefinition(PostgresServer.Collection)]
public sealed class PostgresServerCollection : ICollectionFixture<PostgresServer>;
