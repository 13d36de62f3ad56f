using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Cli.Verbs;
using NodeRuntime.Client;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// The life of a devnet: its folder, its peers as processes, the sample job with the same client that everybody uses, and
/// then either its end or a table until Ctrl-C.
/// </summary>
internal sealed class DevnetRunner(DevnetOptions options, Display display, CliWorld world) : IAsyncDisposable
{
    private readonly List<PeerProcess> _processes = [];
    private DevnetFolder? _folder;
    private ClusterClient? _client;
    private SystemSignatures? _signatures;
    private DevnetScreen? _screen;
    private bool _wasAskedToEnd;
    private Task<PreparedJob>? _preparing;
    private long _startedAt;
    private DevnetStart _start = new(0, 0);
    private readonly SortedDictionary<string, CapacityAnswer> _proven = new(StringComparer.Ordinal);

    // A slice of the full grade is three times as long.
    private TimeSpan StartWithin => TimeSpan.FromSeconds(options.Grade == DevnetGrade.Full ? 300 : 180);

    private long ElapsedMs => (long)world.Time.GetElapsedTime(_startedAt).TotalMilliseconds;

    public async Task<ExitCode> RunAsync(CancellationToken cancellation)
    {
        using CancellationTokenRegistration asked = cancellation.Register(() => _wasAskedToEnd = true);
        _startedAt = world.Time.GetTimestamp();
        DevnetFolder folder = DevnetFolder.Create(options);
        _folder = folder;
        display.Note($"devnet: {options.Peers} peers in {folder.Root}");
        foreach (DevnetPeer peer in folder.Peers) _processes.Add(PeerProcess.Start(peer));
        _screen = new DevnetScreen(display, folder, world);
        SystemSignatures signatures = SystemSignatures.Open(RandomNumberGenerator.GetBytes(SystemSignatures.EntropyByteCount));
        _signatures = signatures;
        ClusterClient client = new(folder.ToContextFile().ToContext(folder.ContextPath), signatures.CreateSigner(folder.Owner), signatures, world.Time);
        _client = client;
        PreparedJob job = await WaitForPeersAsync(client, folder, cancellation);
        DevnetResult result = await RunJobAsync(client, folder, job, cancellation);
        DefaultContext.Offer(world, folder);
        // A table that redraws owns the terminal: the answer follows it. Whoever reads lines has the answer at once.
        if (!display.IsLive) display.Answer(result, DevnetJson.Default.DevnetResult, Show);
        if (!options.Once) await StayAsync(client, folder, cancellation);
        await CloseScreenAsync();
        if (display.IsLive) display.Answer(result, DevnetJson.Default.DevnetResult, Show);
        return result.Job is { State: "Succeeded", ExitCode: 0 } ? ExitCode.Ok : ExitCode.Failed;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseScreenAsync();
        if (_wasAskedToEnd) display.Note("devnet: stopping the peers; Ctrl-C once more kills them");
        if (_client is not null) await _client.DisposeAsync();
        bool[] ends = await Task.WhenAll(_processes.ConvertAll(process => process.EndAsync(world.Haste)));
        int killed = ends.Count(static hasEnded => !hasEnded);
        if (killed > 0) display.Note($"devnet: {killed} of {ends.Length} peers did not end by themselves and were killed");
        if (_folder is null) return;
        bool keeps = options.Keep || options.Data is not null;
        if (!keeps) _folder.RemovePeers();
        display.Note($"devnet: the data {(keeps ? "is" : "of the job is")} in {_folder.Root}");
    }

    private async Task CloseScreenAsync()
    {
        if (_screen is { } screen) await screen.DisposeAsync();
        _screen = null;
    }

    // Ready when a peer finalizes and knows all others, whom it was told only one of, and all have proven what they sell. Meanwhile the job is made.
    private async Task<PreparedJob> WaitForPeersAsync(ClusterClient client, DevnetFolder folder, CancellationToken cancellation)
    {
        string reached = "no peer answered";
        while (true)
        {
            foreach (PeerProcess process in _processes)
            {
                if (!process.HasExited) continue;
                throw new CliException(ExitCode.Failed, "PeerDied", $"peer {process.Peer.Index} ended at its start:\n{process.LastWords()}", "its log is " + process.Peer.LogPath);
            }

            try
            {
                StatusAnswer status = await client.StatusAsync(cancellation);
                reached = $"height {status.FinalizedHeight}, {status.MembersKnown} of {options.Peers} peers known, {_proven.Count} proven";
                if (status.FinalizedHeight >= 1 && status.MembersKnown >= options.Peers)
                {
                    if (_start.FirstBlockMs == 0) _start = new DevnetStart(ElapsedMs, 0);
                    Task<PreparedJob> preparing = _preparing ??= BeginJob(folder, cancellation);
                    if (await AreProvenAsync(client, cancellation))
                    {
                        _start = _start with { ProvenMs = ElapsedMs };
                        return await preparing;
                    }
                }
            }
            catch (ClientException) when (world.Time.GetElapsedTime(_startedAt) < StartWithin)
            {
                // Not listening yet: asked again below, until the deadline speaks.
            }

            if (world.Time.GetElapsedTime(_startedAt) > StartWithin)
            {
                throw new CliException(ExitCode.Unreachable, "NotReady", $"the peers did not agree on a block and prove what they sell within {StartWithin.TotalSeconds} s: {reached}", $"their logs are in {_folder!.Root}/peer-*/peer.log");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), world.Time, cancellation);
        }
    }

    private async Task<bool> AreProvenAsync(ClusterClient client, CancellationToken cancellation)
    {
        if (options.Grade is null) return true;
        // Each at some time, not all at one: where the machine does other things as well, now this peer's slice is late and now that one's.
        foreach (CapacityAnswer it in (await client.CapacityAsync(default, cancellation)).Capacity)
        {
            if (it.Proven) _proven[it.Peer] = it;
        }

        return _proven.Count >= options.Peers;
    }

    private Task<PreparedJob> BeginJob(DevnetFolder folder, CancellationToken cancellation)
    {
        if (options.Grade is { } grade) _screen!.Note($"devnet: the peers agree; each proves its processor ({grade.ToString().ToLowerInvariant()} grade) and its space before it may bid");
        return Task.Run(() => PrepareJobAsync(folder, cancellation), cancellation);
    }

    private async Task<PreparedJob> PrepareJobAsync(DevnetFolder folder, CancellationToken cancellation)
    {
        (JobDescription description, string path) = SampleJob.Prepare(folder.SamplePath, options.Input);
        return await JobSpecFile.PrepareAsync(description, path, world.Time, cancellation);
    }

    private async Task<DevnetResult> RunJobAsync(ClusterClient client, DevnetFolder folder, PreparedJob job, CancellationToken cancellation)
    {
        _screen!.Note($"job: {job.Spec.Name} over {job.Terms.InputBytes / 1024 / 1024} MiB, at most {job.Terms.PricePerSecondMax} base units a second");
        long submitted = world.Time.GetTimestamp();
        OrderId order = await client.SubmitAsync(job, cancellation);
        long submitMs = (long)world.Time.GetElapsedTime(submitted).TotalMilliseconds;
        _screen!.Note($"job: order {order.Hash.ToShortString()} stands, {job.Deposit} base units in escrow");
        JobReport report = await client.RunAsync(order, job, Path.Combine(folder.JobsPath, order.ToString()), Tell, cancellation);
        string custody = await ReceiptFiles.SaveCustodyAsync(client, _signatures!, order, report.ReceiptPath, _screen!.Note, cancellation);
        StatusAnswer status = await client.StatusAsync(cancellation);
        string state = report.Result.Outcome == Proofs.Jobs.JobOutcome.Exited ? "Succeeded" : report.Result.Outcome.ToString();
        LeaseRecord lease = report.Lease;
        return new DevnetResult(
            options.Peers,
            status.FinalizedHeight,
            status.Validators,
            new DevnetJob(order.ToString(), state, report.Result.ExitCode, report.Result.FuelUsed, report.Result.ResultHash.ToString(), lease.Provider.ToString()),
            new DevnetLease(lease.PricePerSecond.ToString(), lease.ChargedSeconds, lease.Paid.ToString(), lease.Refunded.ToString()),
            new DevnetSupply(status.Supply.Minted, status.Supply.Burned, status.Supply.Held, status.Supply.Conserved),
            [.. _proven.Values.Select(static it => new DevnetCapacity(it.Peer, it.Proven, it.CpuRate, it.CpuError, it.SpaceUnits, it.Grade))],
            report.ReceiptPath,
            custody,
            folder.Genesis.ChainId.ToString(),
            _start,
            // The client's clock starts once the order stands; ours started before it was sent.
            report.Timings with { SubmitToLeaseMs = submitMs + report.Timings.SubmitToLeaseMs },
            folder.Root);
    }

    private void Tell(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.LeaseOpened m:
                _screen!.Note($"job: leased to {m.Provider.Hash.ToShortString()} at {m.PricePerSecond} a second");
                break;
            case JobEvent.Connected m:
                _screen!.Note($"job: connected with the provider at {m.Address}");
                break;
            case JobEvent.StageChanged m:
                _screen!.Note($"job: {m.Stage}");
                break;
            case JobEvent.LeaseChanged m:
                _screen!.Note($"job: the ledger says {m.State}");
                break;
            case JobEvent.Trouble m:
                _screen!.Note($"job: {m.Reason}");
                break;
            case JobEvent.AttemptFailed m:
                _screen!.Note($"job: this provider failed: {m.Reason}");
                break;
            case JobEvent.Log m:
                foreach (string line in JobProgress.TextOf(m).Split('\n', StringSplitOptions.RemoveEmptyEntries)) _screen!.Note("  | " + line);
                break;
            case JobEvent.ReceiptHere m:
                _screen!.Note($"job: receipt in {m.Path}");
                break;
            default:
                break;
        }
    }

    private static void Show(Spectre.Console.IAnsiConsole console, DevnetResult result) => Display.Pairs(
        console,
        ("job", $"{result.Job.Id} {result.Job.State}, exit code {result.Job.ExitCode}, {result.Job.FuelUsed} fuel"),
        ("paid", $"{result.Lease.Paid} for {result.Lease.ChargedSeconds} s, {result.Lease.Refunded} refunded"),
        ("supply", $"{result.Supply.Held} held of {result.Supply.Minted} minted, {result.Supply.Burned} burned, {(result.Supply.Conserved ? "conserved" : "NOT CONSERVED")}"),
        ("capacity", result.Capacity.IsEmpty
            ? "not asked for"
            : $"{result.Capacity.Count(static it => it.Proven)} of {result.Capacity.Length} providers are proven, {result.Capacity[0].Grade} grade"),
        ("receipt", result.Receipt),
        ("custody", result.Custody.Length > 0 ? result.Custody : "none"),
        ("genesis", result.Genesis),
        ("check it", $"noderuntime receipt verify {result.Receipt} --genesis {result.Genesis}"));

    private async Task StayAsync(ClusterClient client, DevnetFolder folder, CancellationToken cancellation)
    {
        _screen!.Line($"devnet: running until Ctrl-C. Context: --context {folder.ContextPath}");
        foreach (DevnetPeer peer in folder.Peers) _screen!.Line($"  peer {peer.Index}  http://{peer.Api}  seed {peer.Listen}  log {peer.LogPath}");
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(5), world.Time, cancellation);
                if (!display.IsLive) await SayStatusAsync(client, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a devnet ends.
        }
    }

    private async Task SayStatusAsync(ClusterClient client, CancellationToken cancellation)
    {
        try
        {
            display.Line(DevnetScreen.LineOf(await client.StatusAsync(cancellation)));
        }
        catch (ClientException exception)
        {
            display.Line("no peer answers: " + exception.Message);
        }
    }
}
