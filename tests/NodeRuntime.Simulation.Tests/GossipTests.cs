using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime;
using Xunit;
using Xunit.Abstractions;

namespace NodeRuntime.Simulation.Tests;

/// <summary>What transactions and proposals cost a network of whole peers.</summary>
public sealed class GossipTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(10, 10, 200, 5)]
    [InlineData(50, 7, 60, 4)]
    public void A_body_crosses_each_line_about_once_and_proposals_name_what_all_hold(int peers, int validators, int perSecond, int seconds)
    {
        World world = new(SeedTests.Quiet(peers, validators, 5, seconds) with
        {
            TransfersPerSecond = perSecond,
            JobEvery = Duration.Zero,
            HealBefore = Duration.FromSeconds(seconds),
        });
        world.Begin();
        world.AdvanceTo(Duration.FromSeconds(seconds));
        TransactionStatus sum = new();
        for (int peer = 0; peer < peers; peer++)
        {
            sum = Add(sum, world.TransactionsOf(peer));
        }

        SimulationReport report = world.Finish();
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "none"));
        // Whatever way a body came, and for whatever reason in vain.
        long unique = sum.BodiesReceived - sum.BodiesDuplicate;
        long received = sum.BodiesReceived + sum.ProposalTransactionsLate;
        output.WriteLine($"{peers} peers: {report.TransfersSent} sent, height {report.FinalizedHeight}");
        output.WriteLine($"bodies {sum.BodiesReceived} of which twice {sum.BodiesDuplicate}; pushed {sum.BodiesPushed}; ids {sum.IdsHeard}; overdue {sum.WantsOverdue}");
        output.WriteLine($"proposals short {sum.ProposalsShortened}: {sum.ProposalBytesWhole} bytes whole, {sum.ProposalBytesShort} short, {sum.ProposalBytesServed} served");
        output.WriteLine($"rebuilt {sum.ProposalsRebuilt}: held {sum.ProposalTransactionsHeld}, fetched {sum.ProposalTransactionsFetched}, late {sum.ProposalTransactionsLate}, again {sum.ProposalsRefetched}");
        output.WriteLine($"bytes: consensus {world.BytesSent(FrameClass.Consensus)} sync {world.BytesSent(FrameClass.Sync)} transactions {world.BytesSent(FrameClass.Transactions)}");

        // Everybody has nearly everything, or the quotient below means nothing.
        Assert.True(unique > report.TransfersSent * (peers - 1) * 7 / 10, $"{unique} bodies for {report.TransfersSent} transfers");
        Assert.True(received * 10 <= unique * 11, $"{received} received, {unique} of them new");
        Assert.True(sum.ProposalsShortened > 0);
        Assert.True(sum.ProposalsRebuilt > 0);
        Assert.True(sum.ProposalTransactionsFetched * 10 <= sum.ProposalTransactionsHeld, $"{sum.ProposalTransactionsFetched} fetched");
        Assert.Equal(0, sum.ProposalsRefetched);
        Assert.Equal(0, sum.BodiesOverBudget);
    }

    [Fact]
    public void Whoever_announces_what_nobody_has_and_withholds_what_it_has_slows_nobody()
    {
        SimulationConfig quiet = SeedTests.Quiet(6, 4, 8, 20) with { TransfersPerSecond = 40, JobEvery = Duration.Zero };
        SimulationReport without = new World(quiet).Run();
        SimulationReport with = new World(quiet with { HasBodyWithholder = true }).Run();
        output.WriteLine($"height {without.FinalizedHeight} and {with.FinalizedHeight}; settled {without.TransfersSettled} and {with.TransfersSettled} of {with.TransfersSent}");
        Assert.True(with.Violations.IsEmpty, Failures.Of(with, "none"));
        Assert.True(with.FinalizedHeight.Number * 10 >= without.FinalizedHeight.Number * 9);
        // What was submitted to it stands in its own blocks; the rest goes its way around it.
        Assert.True(with.TransfersSettled * 100 >= without.TransfersSettled * 95, $"{with.TransfersSettled} of {without.TransfersSettled}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Under_every_fault_transactions_go_on_and_nobody_honest_is_banned(ulong seed)
    {
        int banned = 0;
        SimulationReport report = new World(SeedTests.Quiet(6, 4, seed, 60) with
        {
            Faults = Faults.All,
            TransfersPerSecond = 20,
            JobEvery = Duration.Zero,
            Log = (_, said) => banned += said.Text.Contains("is banned", System.StringComparison.Ordinal) ? 1 : 0,
        }).Run();
        output.WriteLine($"height {report.FinalizedHeight}, {report.TransfersSettled} of {report.TransfersSent} settled, {report.Crashes} crashes");
        Assert.True(report.Violations.IsEmpty, Failures.Of(report, "all"));
        Assert.Equal(0, banned);
        Assert.True(report.TransfersSettled * 2 > report.TransfersSent);
    }

    private static TransactionStatus Add(TransactionStatus left, TransactionStatus right) => new()
    {
        BodiesReceived = left.BodiesReceived + right.BodiesReceived,
        BodiesDuplicate = left.BodiesDuplicate + right.BodiesDuplicate,
        BodiesOverBudget = left.BodiesOverBudget + right.BodiesOverBudget,
        BodiesPushed = left.BodiesPushed + right.BodiesPushed,
        IdsHeard = left.IdsHeard + right.IdsHeard,
        WantsOverdue = left.WantsOverdue + right.WantsOverdue,
        ProposalsShortened = left.ProposalsShortened + right.ProposalsShortened,
        ProposalBytesWhole = left.ProposalBytesWhole + right.ProposalBytesWhole,
        ProposalBytesShort = left.ProposalBytesShort + right.ProposalBytesShort,
        ProposalBytesServed = left.ProposalBytesServed + right.ProposalBytesServed,
        ProposalsRebuilt = left.ProposalsRebuilt + right.ProposalsRebuilt,
        ProposalsRefetched = left.ProposalsRefetched + right.ProposalsRefetched,
        ProposalTransactionsHeld = left.ProposalTransactionsHeld + right.ProposalTransactionsHeld,
        ProposalTransactionsLate = left.ProposalTransactionsLate + right.ProposalTransactionsLate,
        ProposalTransactionsFetched = left.ProposalTransactionsFetched + right.ProposalTransactionsFetched,
    };
}
