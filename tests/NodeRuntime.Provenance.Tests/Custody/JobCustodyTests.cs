using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Custody;

/// <summary>The way of one job as a script: a line is an event, NAME: KIND CONTENT &lt; PARENTS.</summary>
public sealed class JobCustodyTests
{
    private static readonly PublicKey Provider = Samples.Key(7);
    private static readonly PublicKey Stranger = Samples.Key(8);
    private static readonly JobStatement Job = MakeJob();

    private const string Good = """
        m: Receive module
        a: Receive one
        b: Receive two
        p: ProcessInput module < m a b
        r: ProcessOutput result < p
        s: Send result < r
        """;

    [Theory]
    [InlineData("", JobCustodyVerdict.Accepted)]
    [InlineData("t: Send result < s", JobCustodyVerdict.Accepted)]
    [InlineData("x: Read other < s", JobCustodyVerdict.Accepted)]
    [InlineData("-b: Receive two", JobCustodyVerdict.PieceNotReceived)]
    [InlineData("b: Receive other", JobCustodyVerdict.PieceNotReceived)]
    [InlineData("b: Ingest two", JobCustodyVerdict.PieceNotReceived)]
    [InlineData("p: ProcessInput module < m a", JobCustodyVerdict.NotProcessed)]
    [InlineData("p: ProcessInput one < m a b", JobCustodyVerdict.NotProcessed)]
    [InlineData("r: ProcessOutput other < p", JobCustodyVerdict.NoResult)]
    [InlineData("r: ProcessOutput result < b", JobCustodyVerdict.NoResult)]
    [InlineData("s: Send one < r", JobCustodyVerdict.NotSent)]
    [InlineData("s: Send result < p", JobCustodyVerdict.NotSent)]
    [InlineData("!a", JobCustodyVerdict.ForeignPeer)]
    [InlineData("o: Receive other|p: ProcessInput module < m a b o", JobCustodyVerdict.ForeignContent)]
    public void The_way_of_the_job_is_found_or_what_is_missing_is_named(string change, JobCustodyVerdict expected)
    {
        string? foreign = change.StartsWith('!') ? change[1..] : null;
        (CustodyGraph graph, SortedDictionary<Hash256, string> names) = Make(Apply(foreign is null ? change : string.Empty));
        ImmutableArray<PublicKey?> issuers = [.. graph.Nodes.Select(node => (PublicKey?)(names[node.Leaf] == foreign ? Stranger : Provider))];
        Assert.Equal(expected, JobCustodyRules.Check(graph, issuers, Job));
    }

    [Fact]
    public void Each_event_is_told_by_what_the_receipt_opens()
    {
        (CustodyGraph graph, SortedDictionary<Hash256, string> names) = Make(Apply("x: Read other < s"));
        ImmutableArray<string> roles = JobCustodyRules.RolesOf(graph, Job);
        Assert.Equal(
            "a=input 1 b=input 2 m=module p=module r=result s=result x=",
            string.Join(' ', graph.Nodes.Select((node, i) => names[node.Leaf] + "=" + roles[i]).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_order_follows_from_the_events_alone()
    {
        string[] lines = Apply("x: Read other < s m");
        (CustodyGraph graph, SortedDictionary<Hash256, string> names) = Make(lines);
        Assert.Equal("0 0 0 1 2 3 4", string.Join(' ', graph.Nodes.Select(static node => node.Layer)));
        Assert.Equal(["x"], graph.Ends.Select(end => names[graph.Nodes[end].Leaf]));
        ImmutableArray<CustodyStep> steps = StepsOf(lines, out _);
        CustodyGraph backwards = CustodyGraph.TryOf([.. steps.Reverse()])!;
        Assert.Equal(graph.Nodes.Select(static node => node.Leaf), backwards.Nodes.Select(static node => node.Leaf));
    }

    [Fact]
    public void A_parent_that_is_not_here_is_named_and_an_event_that_stands_there_twice_is_refused()
    {
        ImmutableArray<CustodyStep> steps = StepsOf(Apply(string.Empty), out _);
        CustodyGraph graph = CustodyGraph.TryOf(steps[3..])!;
        Assert.Equal(3, graph.Nodes[0].Missing.Length);
        Assert.Equal(0, graph.Nodes[0].Layer);
        Assert.Null(CustodyGraph.TryOf([.. steps, steps[0]]));
        Assert.Null(CustodyGraph.TryOf([new CustodyStep(Samples.Heartbeat.Encode(), null)]));
        Assert.Empty(CustodyGraph.TryOf([])!.Nodes);
    }

    [Fact]
    public void A_long_chain_is_no_deep_recursion()
    {
        List<CustodyStep> steps = [];
        Hash256? before = null;
        for (int i = 0; i < 5000; i++)
        {
            byte[] record = (Samples.Event with { Sequence = (ulong)i + 1, Parents = before is { } leaf ? [leaf] : [] }).Encode();
            steps.Add(new CustodyStep(record, null));
            before = RecordHash.Leaf(record);
        }

        steps.Reverse();
        Assert.Equal(4999, CustodyGraph.TryOf([.. steps])!.Nodes[^1].Layer);
    }

    // A line of the change takes the place of the one of its name, or stands behind all; "-" takes one away.
    private static string[] Apply(string change)
    {
        List<string> lines = [.. Good.Split('\n').Select(static line => line.Trim())];
        foreach (string one in change.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            bool removes = one[0] == '-';
            string line = removes ? one[1..] : one;
            int at = lines.FindIndex(it => it[0] == line[0]);
            if (removes) lines.RemoveAt(at);
            else if (at >= 0) lines[at] = line;
            else lines.Insert(line.Contains('<', StringComparison.Ordinal) ? lines.Count : 0, line);
        }

        return [.. lines];
    }

    private static (CustodyGraph Graph, SortedDictionary<Hash256, string> Names) Make(string[] lines)
    {
        ImmutableArray<CustodyStep> steps = StepsOf(lines, out SortedDictionary<Hash256, string> names);
        return (CustodyGraph.TryOf(steps)!, names);
    }

    private static ImmutableArray<CustodyStep> StepsOf(string[] lines, out SortedDictionary<Hash256, string> names)
    {
        names = [];
        SortedDictionary<string, Hash256> leaves = new(StringComparer.Ordinal);
        ImmutableArray<CustodyStep>.Builder steps = ImmutableArray.CreateBuilder<CustodyStep>();
        foreach (string line in lines)
        {
            string[] words = line.Split([' ', ':', '<'], StringSplitOptions.RemoveEmptyEntries);
            ulong number = (ulong)steps.Count + 1;
            EventLeaf leaf = Samples.Event with
            {
                Kind = Enum.Parse<EventKind>(words[1]),
                Subject = RecordHash.Subject(Samples.Salt, Samples.Hash(words[2])),
                Sequence = number,
                Time = number * 1000,
                Parents = [.. words[3..].Where(leaves.ContainsKey).Select(word => leaves[word])],
            };
            byte[] record = leaf.Encode();
            leaves.Add(words[0], RecordHash.Leaf(record));
            names.Add(leaves[words[0]], words[0]);
            steps.Add(new CustodyStep(record, null));
        }

        return steps.ToImmutable();
    }

    private static JobStatement MakeJob() => new()
    {
        Chain = Samples.Chain,
        SpecVersion = JobSpec.Version,
        FuelSchedule = 1,
        Order = new OrderId(Samples.Hash("order")),
        Lease = new LeaseId(Samples.Hash("lease")),
        Owner = new AccountId(Samples.Hash("owner")),
        Provider = KeyPolicy.Single(Provider).ToAccountId(),
        SpecCommitment = Samples.Hash("spec"),
        Module = Samples.Hash("module"),
        Inputs = [Samples.Hash("one"), Samples.Hash("two")],
        StandardInput = null,
        Outcome = JobOutcome.Exited,
        ExitCode = 0,
        FuelUsed = 1,
        Result = Samples.Hash("result"),
        HandOver = Samples.Hash("hand-over"),
        ReadyAt = Instant.FromMilliseconds(1),
        ResultAt = Instant.FromMilliseconds(2),
        PricePerSecond = new Amount(1),
        ChargedSeconds = 1,
        Paid = new Amount(1),
        Refunded = Amount.Zero,
        Penalty = Amount.Zero,
    };
}
