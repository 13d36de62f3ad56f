using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>A job as its owner follows it over HTTP, from its provider's gateway and from another one.</summary>
[Collection(DevnetGroup.Name)]
public sealed class JobStreamTests(Devnet devnet)
{
    private static readonly HttpClient Http = new() { Timeout = Timeout.InfiniteTimeSpan };

    [Fact]
    public async Task The_owner_sees_states_everywhere_and_what_the_job_prints_at_its_provider()
    {
        PreparedJob job = await Jobs.PrepareAsync(devnet, Modules.Talker("größe: 7\n", "a warning\n", 3_000_000_000));
        OrderId order = await devnet.Owner.SubmitAsync(job, CancellationToken.None);
        Task<JobReport> run = Jobs.RunAsync(devnet, job, order, 60);
        LeaseRecord? lease = null;
        await Deadline.UntilAsync("a lease", 30, async () =>
            (lease = (await devnet.Owner.GetJobAsync(order, CancellationToken.None))?.Lease) is not null);
        int provider = devnet.PeerOf(lease!.Provider);
        int other = (provider + 1) % Devnet.Peers;

        Task<List<SseItem<string>>> elsewhere = FollowAsync(order, other);
        List<SseItem<string>> here = await FollowAsync(order, provider);
        await run;

        AssertPrints(here);
        Assert.Equal("Completed", StatesOf(here)[^1].OrderState);
        Assert.Equal(lease.Provider.ToString(), StatesOf(here)[^1].Provider);

        Assert.DoesNotContain(await elsewhere, static item => item.EventType == "print");
        Assert.Equal("Completed", StatesOf(await elsewhere)[^1].OrderState);
        // Who comes late hears the same.
        AssertPrints(await FollowAsync(order, provider));
    }

    [Fact]
    public async Task A_token_from_the_command_line_opens_what_belongs_to_its_account_at_one_gateway()
    {
        Finished made = await CliRun.RunAsync(
            devnet.Place, 20, "wallet", "token", "--contact", devnet.ApiOf(2).ToString(), "--context", devnet.ContextPath);
        Assert.True(made.ExitCode == 0, made.Output + made.Error);
        foreach ((int peer, int status) in ((int, int)[])[(2, 200), (1, 401)])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(devnet.ApiOf(peer), Routes.Jobs));
            request.Headers.Add("Authorization", "Bearer " + made.Output.Trim());
            using HttpResponseMessage answer = await Http.SendAsync(request);
            Assert.Equal(status, (int)answer.StatusCode);
        }
    }

    private static void AssertPrints(List<SseItem<string>> items)
    {
        PrintAnswer[] prints = [.. items.Where(static item => item.EventType == "print").Select(static item => JsonSerializer.Deserialize(item.Data, ApiJson.Default.PrintAnswer)!)];
        Assert.Equal(new PrintAnswer("stdout", 0, "größe: 7\n"), Assert.Single(prints, static print => print.Stream == "stdout"));
        Assert.Equal(new PrintAnswer("stderr", 0, "a warning\n"), Assert.Single(prints, static print => print.Stream == "stderr"));
    }

    private static JobAnswer[] StatesOf(List<SseItem<string>> items) =>
        [.. items.Where(static item => item.EventType == "job").Select(static item => JsonSerializer.Deserialize(item.Data, ApiJson.Default.JobAnswer)!)];

    private async Task<List<SseItem<string>>> FollowAsync(OrderId order, int peer)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        using HttpRequestMessage request = new(
            HttpMethod.Get, new Uri(devnet.ApiOf(peer), Routes.JobEvents.Replace("{id}", order.ToString(), StringComparison.Ordinal)));
        request.Headers.Add("Authorization", "Bearer " + devnet.TokenOf(devnet.OwnerSigner, peer));
        using HttpResponseMessage response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        List<SseItem<string>> items = [];
        SseParser<string> parser = SseParser.Create(await response.Content.ReadAsStreamAsync(patience.Token));
        await foreach (SseItem<string> item in parser.EnumerateAsync(patience.Token)) items.Add(item);
        return items;
    }
}
