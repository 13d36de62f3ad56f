using System;
using System.IO;
using Npgsql;

namespace NodeRuntime.Persistence.Tests.Support;

/// <summary>A PostgreSQL server in a temporary folder, reached by a socket in it.</summary>
internal sealed class PostgresCluster : IDisposable
{
    private const string User = "postgres";

    private readonly TestFolder _folder = new();
    private readonly string _programs;

    private PostgresCluster(string programs) => _programs = programs;

    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder { Host = _folder.Path, Username = User, Database = User }.ToString();

    private string Data => _folder.In("data");

    public static PostgresCluster Start(string programs)
    {
        PostgresCluster cluster = new(programs);
        try
        {
            if (Environment.IsPrivilegedProcess) Check(ChildProcess.Run("chown", User, cluster._folder.Path));
            cluster.Run(
                "initdb", "--pgdata", cluster.Data, "--username", User, "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--no-locale");
            cluster.Run();
            return cluster;
        }
        catch
        {
            cluster._folder.Dispose();
            throw;
        }
    }

    public void Run() => Run(
        "pg_ctl", "start", "--wait", "--silent", "--pgdata", Data, "--log", _folder.In("log"),
        "--options", $"-c listen_addresses='' -k {_folder.Path}");

    /// <summary>Stops it as a power cut would.</summary>
    public void Kill() => Run("pg_ctl", "stop", "--mode", "immediate", "--silent", "--pgdata", Data);

    public void Dispose()
    {
        Kill();
        _folder.Dispose();
    }

    private void Run(string program, params ReadOnlySpan<string> arguments)
    {
        string path = Path.Combine(_programs, program);
        (int, string) result = Environment.IsPrivilegedProcess
            ? ChildProcess.Run("setpriv", ["--reuid", User, "--regid", User, "--clear-groups", path, .. arguments])
            : ChildProcess.Run(path, arguments);
        Check(result);
    }

    private static void Check((int ExitCode, string Output) result)
    {
        if (result.ExitCode != 0) throw new IOException(result.Output.Trim());
    }
}
