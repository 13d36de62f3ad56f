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
    [InlineData(10, 10, 200, 8)]
    [InlineData(50, 7, 60, 6)]
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
