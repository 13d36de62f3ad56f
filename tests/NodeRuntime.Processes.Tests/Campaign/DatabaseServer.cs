using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;
using Npgsql;

namespace NodeRuntime.Processes.Tests.Campaign;

/// <summary>
/// A PostgreSQL server of the campaign's own, on a socket in a temporary folder. It dies by SIGKILL with all its processes and is
/// started again; it is a child of this process, which takes note of its end, so that the next may have its folder.
/// </summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private const string User = "postgres";

    private readonly string _programs;
    private readonly string _folder = Directory.CreateTempSubdirectory("noderuntime-postgres-").FullName;
    private Process? _process;

    private DatabaseServer(string programs) => _programs = programs;

    public string ConnectionString => new NpgsqlConnectionStringBuilder { Host = _folder, Username = User, Database = User }.ToString();

    private string Data => Path.Combine(_folder, "data");

    // Root of a namespace in which there is no other user: the server gets one more, where it is not root.
    private static bool IsAlone => File.ReadAllText("/proc/self/uid_map").Split(' ', StringSplitOptions.RemoveEmptyEntries)[2].Trim() == "1";

    /// <summary>Null where no server is installed.</summary>
    public static async Task<DatabaseServer?> TryStartAsync()
    {
        const string Root = "/usr/lib/postgresql";
        if (!Directory.Exists(Root)) return null;
        string? programs = Directory.EnumerateDirectories(Root).Select(static version => Path.Combine(version, "bin"))
            .FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")));
        if (programs is null) return null;
        DatabaseServer server = new(programs);
        // initdb refuses root.
        if (Environment.IsPrivilegedProcess && !IsAlone) await EndAsync(Process.Start("chown", [User, server._folder]));
        await EndAsync(server.Run("initdb", "--pgdata", server.Data, "--username", User, "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--no-locale"));
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        _process = Run("postgres", "-D", Data, "-c", "listen_addresses=", "-k", _folder);
        await Deadline.UntilAsync("a database that answers", 40, async () =>
        {
            try
            {
                await using NpgsqlConnection connection = new(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        });
    }

    /// <summary>All its processes: nothing is flushed, nobody is told.</summary>
    public async Task KillAsync()
    {
        IReadOnlyList<ProcessEntry> children = ProcessTable.DescendantsOf(_process!.Id);
        // The head first: it must not start others.
        _process.Kill();
        foreach (ProcessEntry child in children) Signals.Kill(child);
        await _process.WaitForExitAsync();
        await Deadline.UntilAsync("the end of the database's processes", 20, () => !children.Any(ProcessTable.IsAlive));
        _process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Run(string program, params string[] arguments)
    {
        string[] words = [Path.Combine(_programs, program), .. arguments];
        string[] under = (Environment.IsPrivilegedProcess, IsAlone) switch
        {
            (false, _) => [],
            (true, false) => ["setpriv", "--reuid", User, "--regid", User, "--clear-groups"],
            (true, true) => ["unshare", "--user", "--map-user", "1000", "--map-group", "1000"],
        };
        string[] all = [.. under, .. words];
        ProcessStartInfo start = new(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        // A pipe that nobody reads would hold it up.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task EndAsync(Process process)
    {
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new IOException($"{process.StartInfo.FileName} ended with {process.ExitCode}");
        process.Dispose();
    }
}
