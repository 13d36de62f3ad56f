using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Sandbox;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// A devnet peer as a process of its own. It holds the reading end of a pipe whose other end only we have: however we end,
/// kill -9 included, it reads the end of the file and goes too.
/// </summary>
internal sealed class PeerProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private PeerProcess(DevnetPeer peer, Process process)
    {
        Peer = peer;
        _process = process;
    }

    public DevnetPeer Peer { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static PeerProcess Start(DevnetPeer peer)
    {
        SandboxCommand self = SandboxCommand.OfThisProcess();
        ProcessStartInfo start = new(self.Executable) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (string argument in self.Arguments) start.ArgumentList.Add(argument);
        foreach (string argument in (string[])["run", peer.ConfigPath, "--tied", "--log-file", peer.LogPath]) start.ArgumentList.Add(argument);
        // Half of a young peer's processor time is compilation, and several peers share this machine: no profile to compile by, and only what is
        // called thousands of times is compiled twice. A peer that stays for days is started without these.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "1000";
        Process process = Process.Start(start) ?? throw new CliException(ExitCode.Failed, "NotStarted", "a peer's process did not start", "look at the system's limits");
        // Nobody reads the few lines that it says at its start.
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return new PeerProcess(peer, process);
    }

    /// <summary>The last lines of its log: what a person needs when it went down.</summary>
    public string LastWords()
    {
        if (!File.Exists(Peer.LogPath)) return "it wrote no log";
        string[] lines = File.ReadAllLines(Peer.LogPath);
        return string.Join('\n', lines[Math.Max(0, lines.Length - 5)..]);
    }

    /// <summary>Tells it to end and sees it end; kills it, and all that it started, when patience runs out or haste is wanted.</summary>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> EndAsync(CancellationToken haste)
    {
        using Process process = _process;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(haste);
        patience.CancelAfter(Patience);
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            // Not for the end of its output: somebody that it started may hold that.
            process.WaitForExit(Patience);
            return false;
        }
    }
}
