using System;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Processes.Tests;

/// <summary>A stranger's peer joins with one address and a genesis hash, and earns.</summary>
[Collection(DevnetGroup.Name)]
public sealed class FifthPeerTests(Devnet devnet)
{
    [Fact]
    public async Task It_syncs_bonds_wins_a_job_as_the_cheapest_and_the_receipt_names_it()
    {
        // Half of what the devnet's own peers ask for.
        string folder = await devnet.InitAsync("fifth", devnet.Context.Chain.ToString(), devnet.ConfigOf(2).Listen, "--price", "500");
        await using CliRun peer = CliRun.Start(devnet.Place, "run", Path.Combine(folder, "peer.yaml"), "--output", "json");
        await Deadline.UntilAsync("its announcement", 30, () => peer.HasExited || peer.Output.EndsWith('}'));
        Assert.False(peer.HasExited, peer.Output + peer.Error);
        using JsonDocument said = JsonDocument.Parse(peer.Output);
        Uri api = new(said.RootElement.GetProperty("api").GetString()!);
        AccountId account = AccountOf(said.RootElement);
        Assert.True(File.Exists(Path.Combine(folder, "genesis.bin")));

        await SyncsAsync(api);
        await BondsAsync(account);
        await WinsAsync(account);

        peer.Interrupt();
        Finished done = await peer.EndAsync(15);
        Assert.True(done.ExitCode == 0, $"exit code {done.ExitCode}: {done.Error}");
    }

    private async Task SyncsAsync(Uri api)
    {
        ulong tip = await devnet.TipAsync();
        await Deadline.UntilAsync($"the fifth peer at height {tip}", 30, async () => (await devnet.StatusAsync(api))?.FinalizedHeight >= tip);
        StatusAnswer status = (await devnet.StatusAsync(api))!;
        Assert.Equal("Observing", status.Consensus);
        Assert.True(status.Supply.Conserved);
        await Deadline.UntilAsync("five known members", 20, async () => (await devnet.StatusAsync(api))?.MembersKnown >= 5);
    }

    private async Task BondsAsync(AccountId account)
    {
        Finished paid = await CliRun.RunAsync(
            devnet.Place, 30, "wallet", "faucet", "--to", account.ToString(), "--context", devnet.ContextPath, "--output", "json");
        Assert.True(paid.ExitCode == 0, paid.Output + paid.Error);
        Assert.Equal(account.ToString(), paid.Json().GetProperty("to").GetString());
        ProvenRecord<BondRecord>? bond = null;
        await Deadline.UntilAsync("its bond, proven", 30, async () =>
        {
            bond = await devnet.Owner.Reads.BondAsync(account, CancellationToken.None);
            return bond.Record?.Bonded == Amount.FromTokens(200);
        });
        Assert.Equal(Amount.Zero, bond!.Record!.Unbonding);
    }

    private async Task WinsAsync(AccountId account)
    {
        PreparedJob job = await Jobs.PrepareAsync(devnet, Modules.Busy(1_000_000));
        JobReport? report = null;
        // An auction lasts 800 ms from its first bid: on a machine that is busy otherwise the cheapest may come too late for one.
        for (int order = 0; order < 3 && report?.Lease.Provider != account; order++)
        {
            report = await Jobs.RunAsync(devnet, job, await devnet.Owner.SubmitAsync(job, CancellationToken.None), 60);
        }

        Assert.Equal(account, report!.Lease.Provider);
        Assert.Equal(new Amount(500), report.Lease.PricePerSecond);
        Assert.Equal(LeaseState.Settled, report.Lease.State);
        Assert.Equal((JobOutcome.Exited, 0), (report.Result.Outcome, report.Result.ExitCode));

        Finished verified = await CliRun.RunAsync(
            devnet.Place, 20, "receipt", "verify", report.ReceiptPath, "--genesis", devnet.Context.Chain.ToString(), "--output", "json");
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        Assert.Equal("OK", verified.Json().GetProperty("verdict").GetString());
        Assert.Equal(account.ToString(), verified.Json().GetProperty("receipt").GetProperty("provider").GetString());
    }

    private static AccountId AccountOf(JsonElement said)
    {
        Assert.True(Hash256.TryParse(said.GetProperty("account").GetString()!, out Hash256 hash));
        return new AccountId(hash);
    }
}
