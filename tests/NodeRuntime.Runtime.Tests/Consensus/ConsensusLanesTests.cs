using System;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime.Tests.Consensus;

public sealed class ConsensusLanesTests
{
    private static readonly ImmutableArray<TransactionId> Ids = [new TransactionId(new Hash256(new byte[Hash256.ByteCount]))];

    [Fact]
    public void Questions_do_not_wait_behind_transactions_to_verify()
    {
        int work = LaneOf(new TransactionMessage.Bodies([new byte[] { 1 }]));
        Assert.Equal(ConsensusLanes.Transactions, work);
        Assert.All(
            [LaneOf(new TransactionMessage.Announce(Ids)), LaneOf(new TransactionMessage.Want(Ids)), LaneOf(new TransactionMessage.Missing(Ids))],
            lane => Assert.True(lane < work));
        Assert.Equal(work, ConsensusLanes.Of(new ConsensusCommand.Submit(new byte[] { 1 }, null)));
    }

    [Fact]
    public void Votes_wait_behind_nothing_else()
    {
        Assert.Equal(ConsensusLanes.Votes, ConsensusLanes.Of(Frame(FrameClass.Consensus, [1])));
        Assert.Equal(ConsensusLanes.Votes, ConsensusLanes.Of(new ConsensusCommand.Timer(ConsensusTimer.Fetch)));
        Assert.Equal(ConsensusLanes.Blocks, ConsensusLanes.Of(Frame(FrameClass.Sync, [1])));
    }

    // It is refused when its turn comes; until then it is one more question.
    [Theory]
    [InlineData("")]
    [InlineData("ff")]
    [InlineData("83")]
    [InlineData("8301")]
    [InlineData("830100")]
    public void Bytes_that_are_no_message_have_a_lane_as_well(string hex) =>
        Assert.Equal(ConsensusLanes.Questions, ConsensusLanes.Of(Frame(FrameClass.Transactions, Convert.FromHexString(hex))));

    private static int LaneOf(TransactionMessage message) => ConsensusLanes.Of(Frame(FrameClass.Transactions, message.Encode()));

    private static ConsensusCommand.Frame Frame(FrameClass frameClass, byte[] bytes) => new(default, frameClass, bytes);
}
