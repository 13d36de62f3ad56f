using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Processes.Tests;

/// <summary>Four providers with real engines plot, search, scan and check each other; what a killed one was behind with it makes good.</summary>
public sealed class ProvenCapacityTests : IAsyncLifetime
{
    private const double Patience = 90;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly PeerNet _net = new(new NetOptions { Capacity = CapacityTerms.Development, IsDirect = true });

    public Task InitializeAsync() => _net.InitializeAsync();

    public Task DisposeAsync() => _net.DisposeAsync();

    [Fact]
    public async Task Every_provider_is_proven_also_after_it_was_killed()
    {
        // Who got little of the processors has found a share or two: of one share the error is the whole rate.
        Assert.All(
            await AllProvenAsync("four proven providers", 0, 0),
            static it => Assert.True(it is { CpuUnits: 1, SpaceUnits: 1, Grade: "liveness", CpuError: > 0 } && it.CpuRate >= it.CpuError));

        CapacitiesAnswer before = (await CapacityAsync(0))!;
        await AssertRoutesAsync(before);
        await AssertVerbsAsync(before);
        Signals.Kill(_net.ProcessOf(3));
        await _net.RunOf(3).EndAsync(20);
        _net.Start(3);
        await _net.GoesOnAsync(120);
        await AllProvenAsync("four proven providers again", 3, await _net.TipAsync() + 20);
    }

    // Each at some time, not all at one: the machine does other things as well, and now this one's slice is late and now that one's.
    private async Task<ICollection<CapacityAnswer>> AllProvenAsync(string what, int peer, ulong from)
    {
        Dictionary<string, CapacityAnswer> proven = [];
        await Deadline.UntilAsync(what, Patience, async () =>
        {
            if (await CapacityAsync(peer) is not { } all || all.Height < from) return false;
            foreach (CapacityAnswer it in all.Capacity)
            {
                if (it.Proven) proven[it.Peer] = it;
            }

            return proven.Count == PeerNet.Peers;
        });
        return proven.Values;
    }

    private async Task AssertRoutesAsync(CapacitiesAnswer all)
    {
        string id = all.Capacity[1].Peer;
        Uri one = new(_net.ApiOf(0), Routes.CapacityOf.Replace("{peer}", id, StringComparison.Ordinal));
        CapacityPeerAnswer answer = JsonSerializer.Deserialize(await Http.GetStringAsync(one), ApiJson.Default.CapacityPeerAnswer)!;
        Assert.Equal((id, "Cpu", "Space"), (answer.Standing.Peer, answer.Kinds[0].Kind, answer.Kinds[1].Kind));
        Assert.All(answer.Kinds, static kind => Assert.True(kind is { Committed: 1, Next: 1, Convictions: 0 } && kind.Deadline.Length > 0));
        Assert.Equal("5000000", answer.Collateral);

        Uri from = new(_net.ApiOf(0), Routes.Capacity + "?from=" + all.Capacity[2].Account);
        CapacitiesAnswer rest = JsonSerializer.Deserialize(await Http.GetStringAsync(from), ApiJson.Default.CapacitiesAnswer)!;
        Assert.Equal(all.Capacity.Skip(2).Select(static it => it.Peer), rest.Capacity.Select(static it => it.Peer));
        Assert.Equal(string.Empty, rest.Next);
        await AssertRefusedAsync(Routes.Capacity + "?from=x", HttpStatusCode.BadRequest, "IdMalformed");
        await AssertRefusedAsync(Routes.Capacity + "/x", HttpStatusCode.BadRequest, "IdMalformed");
        await AssertRefusedAsync(Routes.Capacity + "/" + new string('a', 64), HttpStatusCode.NotFound, "CapacityUnknown");
    }

    private async Task AssertRefusedAsync(string path, HttpStatusCode status, string code)
    {
        using HttpResponseMessage response = await Http.GetAsync(new Uri(_net.ApiOf(0), path));
        ErrorAnswer error = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(), ApiJson.Default.ErrorAnswer)!;
        Assert.Equal((status, code), (response.StatusCode, error.Code));
    }

    private async Task AssertVerbsAsync(CapacitiesAnswer all)
    {
        string context = _net.Place.PathOf("capacity-context.yaml");
        new ContextFile { Contacts = [_net.ApiOf(0).ToString()], Genesis = _net.Genesis.ChainId.ToString() }.Save(context);
        Finished unknown = await RunAsync("status", "--peer", new string('a', 64));
        Assert.Equal((3, "CapacityUnknown"), (unknown.ExitCode, unknown.Json().GetProperty("error").GetProperty("code").GetString()));

        string from = Utc(DateTime.UtcNow.AddHours(1)), until = Utc(DateTime.UtcNow.AddHours(2));
        Finished declared = await RunAsync("maintenance", "--config", _net.ConfigPathOf(1), "--from", from, "--until", until);
        Assert.True(declared.ExitCode == 0, declared.Output + declared.Error);
        string peer = declared.Json().GetProperty("peer").GetString()!;
        Assert.Contains(all.Capacity, it => it.Peer == peer);
        Finished status = await RunAsync("status", "--peer", peer);
        Assert.Equal(0, status.ExitCode);
        JsonElement maintenance = status.Json().GetProperty("maintenance");
        Assert.Equal(from[..19], maintenance.GetProperty("from").GetString()![..19]);
        Assert.Equal(3600, maintenance.GetProperty("usedSeconds").GetInt32());
        Finished late = await RunAsync(
            "maintenance", "--config", _net.ConfigPathOf(1), "--from", Utc(DateTime.UtcNow.AddHours(-1)), "--until", Utc(DateTime.UtcNow.AddHours(1)));
        // What a fifth machine like these would earn beside them, by the chain's terms.
        Finished benchmark = await RunAsync("benchmark", "--contact", _net.ApiOf(0).ToString(), "--seconds", "1", "--threads", "1", "--units", "1");
        Assert.True(benchmark.ExitCode == 0, benchmark.Output + benchmark.Error);
        JsonElement earnings = benchmark.Json().GetProperty("earnings");
        Assert.Equal(("Chain", _net.Genesis.ChainId.ToString()), (earnings.GetProperty("terms").GetString(), earnings.GetProperty("chain").GetString()));
        Assert.InRange(earnings.GetProperty("cases")[0].GetProperty("cpu").GetProperty("othersUnits").GetUInt64(), 1UL, (ulong)PeerNet.Peers);
        Assert.Equal((4, "Capacity.MaintenanceTooLate"), (late.ExitCode, late.Json().GetProperty("error").GetProperty("code").GetString()));

        Task<Finished> RunAsync(params string[] words) => CliRun.RunAsync(_net.Place, 60, ["capacity", .. words, "--context", context, "--output", "json"]);
        static string Utc(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    private async Task<CapacitiesAnswer?> CapacityAsync(int peer)
    {
        try
        {
            return JsonSerializer.Deserialize(await Http.GetStringAsync(new Uri(_net.ApiOf(peer), Routes.Capacity)), ApiJson.Default.CapacitiesAnswer);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or TaskCanceledException)
        {
            return null;
        }
    }
}
