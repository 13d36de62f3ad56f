using System;
using System.Globalization;
using System.IO;
using System.Threading;
using Npgsql;

namespace NodeRuntime.Persistence.Tests.Support;

// The server of the tests: the one that NODERUNTIME_TEST_POSTGRES names, or else a temporary cluster of the machine's own
// PostgreSQL on a socket in a temporary folder, stopped when the process ends. initdb refuses root, so root runs it as nobody
// privileged.

internal static class PostgresServer
{
    private const string Variable = "NODERUNTIME_TEST_POSTGRES";

    private static readonly Lazy<(string? Connection, string? Missing)> Server = new(Start);

    private static int _schemaCount;

    public static string? Missing => Server.Value.Missing;

    /// <summary>A connection string to a schema that is new.</summary>
    public static string NewSchema()
    {
        (string? connectionString, string? missing) = Server.Value;
        if (connectionString is null) throw new IOException(missing);
        string schema = string.Create(
            CultureInfo.InvariantCulture,
            $"journal_{Environment.ProcessId}_{Interlocked.Increment(ref _schemaCount)}");
        using NpgsqlConnection connection = new(connectionString);
        connection.Open();
        using NpgsqlCommand create = new($"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}", connection);
        create.ExecuteNonQuery();
        return new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema }.ToString();
    }

    private static (string? Connection, string? Missing) Start()
    {
        string? given = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(given)) return (given, Reach(given));
        string? programs = FindPrograms();
        if (programs is null) return (null, $"no PostgreSQL: {Variable} is not set and no server is installed");
        try
        {
            PostgresCluster cluster = PostgresCluster.Start(programs);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
            return (cluster.ConnectionString, Reach(cluster.ConnectionString));
        }
        catch (IOException exception)
        {
            return (null, "a temporary PostgreSQL does not start: " + exception.Message);
        }
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

    /// <summary>For tests that stop a server: a cluster of their own.</summary>
    public static PostgresCluster NewCluster() =>
        PostgresCluster.Start(FindPrograms() ?? throw new IOException("no PostgreSQL server is installed"));

    public static bool CanMakeCluster => FindPrograms() is not null;
}
