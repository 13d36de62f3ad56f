using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Capacity;

/// <summary>The engine on this machine, with AES-ROMix and units of 64 KiB.</summary>
public sealed class CapacityEngineTests : IDisposable
{
    private const byte AesRoMix = (byte)WorkKind.AesRoMix;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Hash256 Key = Hasher.Sha256("key"u8);
    private static readonly Hash256 Beacon = Hasher.Sha256("beacon"u8);
    private static readonly PlotIdentity Identity = new(Hasher.Sha256("identity"u8));
    private static readonly PeerId Owner = new(Hasher.Sha256("owner"u8));

    private readonly string _folder = Directory.CreateTempSubdirectory("noderuntime-engine-").FullName;
    private readonly List<CapacityEngine> _engines = [];

    private string PlotPath => Path.Combine(_folder, "plot");

    public void Dispose()
    {
        foreach (CapacityEngine engine in _engines) engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_search_finds_shares_that_a_verifier_accepts()
    {
        CapacityEngine engine = Open(cores: 2);
        Assert.Equal((2, 4U), (engine.Readiness.CpuUnits, engine.Readiness.SpaceUnits));
        Assert.Contains(AesRoMix, engine.Readiness.WorkKinds);

        CapacityResult.Shares found = await RunAsync<CapacityResult.Shares>(engine, Search(1, units: 2, milliseconds: 300));

        CpuParameters parameters = CpuParameters.Development;
        Assert.True(found.Hashes > 0);
        Assert.Equal(found.Found.Select(static share => share.Place).Order(), found.Found.Select(static share => share.Place));
        using IWorkMemory memory = SystemWorkHashes.Open().Open(WorkKind.AesRoMix, Key, WorkMode.Light)!;
        using IWorkHash hash = memory.CreateHash();
        Assert.All(found.Found, share => Assert.True(new Share(share.Place, share.Offset).Hits(parameters, Beacon, Owner, hash)));
    }

    [Fact]
    public async Task A_verifiers_hashes_and_rows_are_those_of_the_functions()
    {
        CapacityEngine engine = Open();
        byte[] input = new byte[CpuSeeds.InputByteCount];
        CapacityResult.Hashed hashed = await RunAsync<CapacityResult.Hashed>(engine, new CapacityTask.HashInputs(1, AesRoMix, Key, [input]));
        CapacityResult.Rows rows = await RunAsync<CapacityResult.Rows>(engine, new CapacityTask.MakeRows(2, Identity.Hash, [5, 70]));

        using IWorkMemory memory = SystemWorkHashes.Open().Open(WorkKind.AesRoMix, Key, WorkMode.Light)!;
        using IWorkHash hash = memory.CreateHash();
        Assert.Equal(hash.Hash(input), Assert.Single(hashed.Outputs));
        byte[] row = new byte[SpaceParameters.RowByteCount];
        Identity.MakeRow(SpaceParameters.Development, SystemArgon2.Open().Create(), 70, row);
        Assert.Equal(row, rows.Bytes[SpaceParameters.RowByteCount..].ToArray());
    }

    [Fact]
    public async Task A_plot_is_made_proven_damaged_named_mended_and_proven_again()
    {
        CapacityEngine engine = Open();
        Assert.Equal(CapacityFailure.PlotMissing, (await RunAsync<CapacityResult.Failed>(engine, Prove(1))).Failure);
        Assert.False(Directory.Exists(PlotPath));
        await RunAsync<CapacityResult.Plotted>(engine, new CapacityTask.MakePlot(2, Identity.Hash, 4));
        CapacityResult.SpaceProved proved = await RunAsync<CapacityResult.SpaceProved>(engine, Prove(3));
        SpaceChallenge challenge = new(SpaceParameters.Development, Beacon, Identity, 4);
        Assert.Equal(SpaceVerdict.Accepted, SpaceRules.CheckAll(challenge, SpaceProof.Decode(proved.Proof)!, SystemArgon2.Open().Create()).Verdict);

        // Every row of every unit, so that the proof meets a rotten one.
        foreach (string rows in Directory.GetFiles(PlotPath, "*.rows"))
        {
            byte[] bytes = File.ReadAllBytes(rows);
            for (int i = 0; i < bytes.Length; i++) bytes[i] ^= 0x5a;
            File.WriteAllBytes(rows, bytes);
        }

        Assert.Equal(CapacityFailure.PlotDamaged, (await RunAsync<CapacityResult.Failed>(engine, Prove(4))).Failure);
        await RunAsync<CapacityResult.Plotted>(engine, new CapacityTask.MakePlot(5, Identity.Hash, 4));
        CapacityResult.SpaceProved again = await RunAsync<CapacityResult.SpaceProved>(engine, Prove(6));
        Assert.Equal(proved.Proof.ToArray(), again.Proof.ToArray());
    }

    [Fact]
    public async Task A_disk_that_is_taken_out_is_named_and_nothing_is_begun_in_its_place()
    {
        CapacityEngine engine = Open();
        await RunAsync<CapacityResult.Plotted>(engine, new CapacityTask.MakePlot(1, Identity.Hash, 2));
        string aside = PlotPath + ".aside";
        Directory.Move(PlotPath, aside);

        Assert.Equal(CapacityFailure.PlotMissing, (await RunAsync<CapacityResult.Failed>(engine, Prove(2, units: 2))).Failure);
        Assert.Equal(CapacityFailure.PlotMissing, (await RunAsync<CapacityResult.Failed>(engine, new CapacityTask.MakePlot(3, Identity.Hash, 2))).Failure);
        Assert.False(Directory.Exists(PlotPath));

        Directory.Move(aside, PlotPath);
        await RunAsync<CapacityResult.SpaceProved>(engine, Prove(4, units: 2));
    }

    [Fact]
    public async Task Rows_of_another_identity_and_a_disk_without_room_are_named()
    {
        CapacityEngine engine = Open();
        await RunAsync<CapacityResult.Plotted>(engine, new CapacityTask.MakePlot(1, Identity.Hash, 1));
        Hash256 other = Hasher.Sha256("other"u8);

        Assert.Equal(CapacityFailure.PlotForeign, (await RunAsync<CapacityResult.Failed>(engine, new CapacityTask.MakePlot(2, other, 1))).Failure);
        Assert.Equal(CapacityFailure.PlotForeign, (await RunAsync<CapacityResult.Failed>(engine, new CapacityTask.ProveSpace(3, Beacon, other, 1))).Failure);
        CapacityEngine cramped = Open(keepFree: long.MaxValue / 2);
        engine.Dispose();
        Assert.Equal(CapacityFailure.DiskFull, (await RunAsync<CapacityResult.Failed>(cramped, new CapacityTask.MakePlot(4, Identity.Hash, 3))).Failure);
    }

    [Fact]
    public async Task A_search_comes_before_rows_and_both_together_take_no_more_than_their_cores()
    {
        CapacityEngine engine = Open(cores: 1);
        Task<CapacityResult> plotting = StartAsync(engine, new CapacityTask.MakePlot(1, Identity.Hash, 4000));
        for (ulong number = 2; number < 6; number++) await RunAsync<CapacityResult.Shares>(engine, Search(number, units: 1, milliseconds: 100));
        Assert.False(plotting.IsCompleted, "the plot was too small for this machine: the searches had nothing to come before");
        engine.Cancel(1);
        Assert.Equal(CapacityFailure.Cancelled, Assert.IsType<CapacityResult.Failed>(await plotting.WaitAsync(Patience)).Failure);
        Assert.Equal(1, engine.Cores.PeakTaken);
    }

    [Fact]
    public async Task Its_searches_come_behind_ordinary_work_at_the_processor()
    {
        if (!OperatingSystem.IsLinux()) return;
        CapacityEngine engine = Open(cores: 2);
        Task<CapacityResult> search = StartAsync(engine, Search(1, units: 2, milliseconds: 600_000));
        string[] niceness = [];
        using CancellationTokenSource patience = new(Patience);
        while (niceness.Length < 2)
        {
            Assert.False(patience.IsCancellationRequested, "no thread of a search was seen");
            niceness = [.. Directory.GetDirectories("/proc/self/task").Select(NicenessOfSearch).OfType<string>()];
            await Task.Delay(10);
        }

        engine.Cancel(1);
        Assert.Equal(["5", "5"], niceness);
        Assert.Equal(CapacityFailure.Cancelled, Assert.IsType<CapacityResult.Failed>(await search.WaitAsync(Patience)).Failure);
    }

    [Fact]
    public async Task What_cannot_be_is_a_failure_with_its_reason()
    {
        CapacityEngine engine = Open(cores: 1);
        Assert.Equal(CapacityFailure.WorkKindMissing, (await RunAsync<CapacityResult.Failed>(engine, new CapacityTask.PrepareKey(1, 9, Key))).Failure);
        await RunAsync<CapacityResult.Prepared>(engine, new CapacityTask.PrepareKey(2, AesRoMix, Key));
        CapacityTask[] impossible =
        [
            Search(3, units: 2, milliseconds: 100),
            Search(4, units: 0, milliseconds: 100),
            new CapacityTask.HashInputs(5, AesRoMix, Key, []),
            new CapacityTask.HashInputs(6, AesRoMix, Key, [new byte[41]]),
            new CapacityTask.MakeRows(7, Identity.Hash, []),
            new CapacityTask.MakeRows(8, Identity.Hash, [.. Enumerable.Repeat(1UL, 2049)]),
        ];
        foreach (CapacityTask task in impossible) Assert.Equal(CapacityFailure.Faulted, (await RunAsync<CapacityResult.Failed>(engine, task)).Failure);
        Assert.Equal(CapacityFailure.PlotForeign, (await RunAsync<CapacityResult.Failed>(engine, new CapacityTask.MakePlot(9, Identity.Hash, 0))).Failure);

        Task<CapacityResult> first = StartAsync(engine, Search(10, units: 1, milliseconds: 600_000));
        Assert.Equal(CapacityFailure.Faulted, (await RunAsync<CapacityResult.Failed>(engine, Search(10, units: 1, milliseconds: 1))).Failure);
        engine.Cancel(11);
        engine.Dispose();
        Assert.Equal(CapacityFailure.Cancelled, Assert.IsType<CapacityResult.Failed>(await first.WaitAsync(Patience)).Failure);
        Assert.Equal(CapacityFailure.Faulted, (await RunAsync<CapacityResult.Failed>(engine, Search(12, units: 1, milliseconds: 1))).Failure);
    }

    private static string? NicenessOfSearch(string task)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat.Contains("(slice-", StringComparison.Ordinal) && stat.Split(") ")[1].Split(' ')[16] is "5" ? "5" : null;
        }
        catch (IOException)
        {
            // A thread that ended between the look and the reading.
            return null;
        }
    }

    private CapacityEngine Open(int cores = 2, long keepFree = 0)
    {
        CapacityEngine engine = new(
            new CapacityEngineSettings
            {
                Parameters = CapacityParameters.Development,
                PlotPath = PlotPath,
                SpaceUnits = 4,
                Cores = cores,
                DutyPerMille = 1000,
                WantsDataset = false,
                KeepFree = keepFree,
            },
            TimeProvider.System);
        _engines.Add(engine);
        return engine;
    }

    private static CapacityTask.SearchShares Search(ulong number, ushort units, long milliseconds) =>
        new(number, AesRoMix, Key, Beacon, Owner, units, Duration.FromMilliseconds(milliseconds), Duration.FromSeconds(60));

    private static CapacityTask.ProveSpace Prove(ulong number, uint units = 4) => new(number, Beacon, Identity.Hash, units);

    private static async Task<T> RunAsync<T>(CapacityEngine engine, CapacityTask task)
        where T : CapacityResult
    {
        CapacityResult result = await StartAsync(engine, task).WaitAsync(Patience);
        Assert.Equal(task.Number, result.Number);
        return result as T ?? throw new InvalidOperationException("instead: " + result);
    }

    private static Task<CapacityResult> StartAsync(CapacityEngine engine, CapacityTask task)
    {
        TaskCompletionSource<CapacityResult> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Start(task, result => Assert.True(done.TrySetResult(result), "a second result"));
        return done.Task;
    }
}
