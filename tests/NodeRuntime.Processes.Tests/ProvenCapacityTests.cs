using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Api;
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
        await Deadline.UntilAsync("four proven providers", Patience, async () => await ProvenAsync(0) is { } first && first.Capacity.Count(static it => it.Proven) == PeerNet.Peers);
        CapacitiesAnswer before = (await ProvenAsync(0))!;
        Assert.All(before.Capacity, static it => Assert.True(it is { CpuUnits: 1, SpaceUnits: 1, Grade: "liveness" } && it.CpuRate > it.CpuError));

        Signals.Kill(_net.ProcessOf(3));
        await _net.RunOf(3).EndAsync(20);
        _net.Start(3);
        await _net.GoesOnAsync(120);
        ulong height = await _net.TipAsync() + 20;
        await Deadline.UntilAsync("four proven providers again", Patience, async () =>
            await ProvenAsync(3) is { } again && again.Height >= height && again.Capacity.Count(static it => it.Proven) == PeerNet.Peers);
    }

    private async Task<CapacitiesAnswer?> ProvenAsync(int peer)
    {
        try
        {
            return JsonSerializer.Deserialize(await Http.GetStringAsync(new Uri(_net.ApiOf(peer), Routes.Capacity)), ApiJson.Default.CapacitiesAnswer);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
