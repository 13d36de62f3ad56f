using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Processes.Tests;

/// <summary>Four real peers whose network is cut: who is no quorum decides nothing, and what was decided is one chain.</summary>
[Collection(PeerNetGroup.Name)]
public sealed class PartitionTests(PeerNet net)
{
    private static readonly int[] All = [0, 1, 2, 3];

    [Fact]
    public async Task In_two_halves_nothing_is_finalized_and_healed_they_go_on_together()
    {
        await net.BeginAsync();
        net.Links.Set([0, 1], [2, 3], LinkState.Silent);
        try
        {
            long since = Witness.Now;
            // What was under way has arrived when everybody repeats itself.
            await TriesInVainAsync(1, since);
            (ulong Height, ulong View)[] stand = await StandAsync();
            await TriesInVainAsync(3, since);
            Assert.Equal(stand, await StandAsync());
        }
        finally
        {
            net.Links.Set([0, 1], [2, 3], LinkState.Open);
        }

        await net.GoesOnAsync();
        net.AssertAgreement();
    }

    [Fact]
    public async Task Three_go_on_without_the_one_and_it_follows_once_it_is_back()
    {
        await net.BeginAsync();
        net.Links.Set([0, 1, 2], [3], LinkState.Refusing);
        ulong alone;
        try
        {
            await net.UntilAsync(3, 10, "no peer but the witness", static status => status.PeersConnected == 1);
            alone = (await net.AskAsync(3)).FinalizedHeight;
            await net.AdvanceAsync([0, 1, 2], 4, 30);
            Assert.Equal(alone, (await net.AskAsync(3)).FinalizedHeight);
        }
        finally
        {
            net.Links.Set([0, 1, 2], [3], LinkState.Open);
        }

        await net.GoesOnAsync();
        StoredHeader[] meanwhile = [.. net.AssertAgreement().Where(header => header.Height.Number > alone + 1)];
        // The blocks that were made without it carry no word of it.
        Assert.True(meanwhile.Length >= 3, $"{meanwhile.Length} blocks");
        Assert.All(meanwhile[..3], static header => Assert.DoesNotContain(3, header.Signers));
    }

    [Fact]
    public async Task Slow_links_make_a_slow_chain_that_goes_on()
    {
        await net.BeginAsync();
        net.Links.Carry(new LinkConditions { DelayMin = Duration.FromMilliseconds(150), DelayMax = Duration.FromMilliseconds(150) });
        try
        {
            await net.AdvanceAsync(All, 3, 30);
        }
        finally
        {
            net.Links.Carry(null);
        }

        net.AssertAgreement();
    }

    private async Task TriesInVainAsync(int times, long since)
    {
        foreach (int peer in All)
        {
            await Deadline.UntilAsync($"peer {peer} saying the same {times} times more", 30, () => net.Witness.RetriesOf(peer, since) >= times);
        }
    }

    private async Task<(ulong Height, ulong View)[]> StandAsync()
    {
        List<(ulong, ulong)> stand = [];
        foreach (int peer in All)
        {
            StatusAnswer status = await net.AskAsync(peer);
            stand.Add((status.FinalizedHeight, status.View));
        }

        return [.. stand];
    }
}
