using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NodeRuntime.Crypto;
using NodeRuntime.Processes.Tests.Net;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>
/// A vote leaves a validator behind its record, never before it. strace sees the bytes of every write to the journal's log and
/// the end of every sync; a member of the network sees when a vote came. Both read one clock, and a vote is known in both
/// places by its signature.
/// </summary>
[Collection(PeerNetGroup.Name)]
public sealed class VotesBehindTheDiskTests(PeerNet net)
{
    private const int Traced = 3;

    [FactRequiring(Requirement.Strace)]
    public async Task No_vote_arrives_before_the_sync_of_its_record_returned()
    {
        await net.BeginAsync();
        await net.StopAsync(Traced);
        HashSet<Signature> before = SignaturesSoFar();
        // Each sync takes longer: a vote that did not wait for it would be seen far ahead of its end.
        string trace = Trace("slow.trace");
        net.Start(Traced, JournalTrace.Command(trace, net.DataOf(Traced), "delay_enter=40000"));
        await Deadline.UntilAsync("votes of a validator with a slow disk", 60, () => VotesSince(before).Count >= 12);
        await net.StopAsync(Traced);

        JournalTrace disk = JournalTrace.Read(trace);
        IReadOnlyList<HeardVote> votes = VotesSince(before);
        Assert.All(votes, vote => AssertIsBehind(disk, vote));
        Assert.Equal(0, disk.FailureCount);

        net.Start(Traced);
        await net.GoesOnAsync();
        net.AssertAgreement();
    }

    [FactRequiring(Requirement.Strace)]
    public async Task When_the_disk_fails_no_further_vote_leaves_and_the_peer_ends_by_name()
    {
        await net.BeginAsync();
        await net.StopAsync(Traced);
        HashSet<Signature> before = SignaturesSoFar();
        string trace = Trace("broken.trace");
        CliRun peer = net.Start(Traced, JournalTrace.Command(trace, net.DataOf(Traced), "error=EIO:when=60+"));
        Finished done = await peer.EndAsync(60);
        Assert.True(done.ExitCode == 1, $"exit code {done.ExitCode}: {done.Output} {done.Error}");
        Assert.Equal("JournalDiskFailed", done.LastJson().GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("The disk fails", done.LastJson().GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        await net.AdvanceAsync([0, 1, 2], 3, 30);

        JournalTrace disk = JournalTrace.Read(trace);
        IReadOnlyList<HeardVote> votes = VotesSince(before);
        Assert.NotEmpty(votes);
        Assert.NotEqual(0, disk.FailureCount);
        Assert.All(votes, vote => AssertIsBehind(disk, vote));

        net.Start(Traced);
        await net.GoesOnAsync();
        net.AssertAgreement();
    }

    private static void AssertIsBehind(JournalTrace disk, HeardVote heard)
    {
        long? synced = disk.SyncedAt(heard.Vote.Signature);
        Assert.True(synced is not null, $"the vote in {heard.Vote.Slot} is here, and no sync of its record was granted");
        Assert.True(synced <= heard.At, $"the vote in {heard.Vote.Slot} was here {synced - heard.At} us before the sync of its record returned");
    }

    private string Trace(string name) => Path.Combine(net.Place.Root, name);

    // Of its earlier lives: what was heard, and what its disk holds and it may say again.
    private HashSet<Signature> SignaturesSoFar() =>
    [
        .. net.Witness.Votes.Where(static heard => heard.Vote.Voter.Number == Traced).Select(static heard => heard.Vote.Signature),
        .. StoredChain.OwnVotes(net.DataOf(Traced)).Select(static vote => vote.Signature),
    ];

    // Each once, as it came first: itself, in a proposal, or in somebody's certificate.
    private List<HeardVote> VotesSince(HashSet<Signature> before)
    {
        HashSet<Signature> seen = [.. before];
        List<HeardVote> votes = [];
        foreach (HeardVote heard in net.Witness.Votes)
        {
            if (heard.Vote.Voter.Number == Traced && seen.Add(heard.Vote.Signature)) votes.Add(heard);
        }

        return votes;
    }
}
