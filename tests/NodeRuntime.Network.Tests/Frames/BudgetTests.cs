using System;
using System.Net;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Frames;

public sealed class BudgetTests
{
    private static readonly Instant Start = Instant.FromMilliseconds(1000);

    [Fact]
    public void A_bucket_never_gives_more_than_its_burst_and_its_rate()
    {
        for (ulong seed = 0; seed < 100; seed++)
        {
            Prng prng = new(seed);
            long perSecond = 1 + prng.NextBelow(1000);
            long burst = 1 + prng.NextBelow(1000);
            TokenBucket bucket = new(perSecond, burst, Start);
            Instant now = Start;
            long taken = 0;
            for (int i = 0; i < 500; i++)
            {
                // Sometimes the clock stands still, sometimes it is set back.
                now += prng.NextDuration(Duration.FromMilliseconds(-5), Duration.FromMilliseconds(40));
                long count = prng.NextBelow(5);
                if (bucket.TryTake(count, now)) taken += count;
            }

            // A clock set back five milliseconds at a time may give those twice.
            long mostMicroseconds = 500L * 45_000;
            Assert.InRange(taken, 0, burst + (perSecond * mostMicroseconds / 1_000_000) + 1);
        }
    }

    [Fact]
    public void A_bucket_that_waited_is_full_and_not_more()
    {
        TokenBucket bucket = new(10, 20, Start);
        Assert.True(bucket.TryTake(20, Start));
        Assert.False(bucket.TryTake(1, Start));
        Assert.False(bucket.TryTake(1, Start + Duration.FromMilliseconds(99)));
        Assert.True(bucket.TryTake(1, Start + Duration.FromMilliseconds(100)));
        Assert.False(bucket.IsFull(Start + Duration.FromSeconds(1)));
        Instant late = Start + Duration.FromMinutes(1_000_000);
        Assert.True(bucket.IsFull(late));
        Assert.False(bucket.TryTake(21, late));
        Assert.True(bucket.TryTake(20, late));
    }

    [Fact]
    public void Credit_is_paid_back_in_time()
    {
        TokenBucket bucket = new(1000, 1000, Start);
        Assert.Equal(Duration.Zero, bucket.TakeOnCredit(1000, Start));
        Assert.Equal(Duration.FromMilliseconds(500), bucket.TakeOnCredit(500, Start));
        Assert.Equal(Duration.FromMilliseconds(250), bucket.TakeOnCredit(0, Start + Duration.FromMilliseconds(250)));
        Assert.Equal(Duration.Zero, bucket.TakeOnCredit(0, Start + Duration.FromMilliseconds(500)));
    }

    [Theory]
    [InlineData(FrameClass.Consensus)]
    [InlineData(FrameClass.Membership)]
    public void A_vote_or_a_ping_waits_for_no_frame_but_the_one_under_way_whatever_flows_behind_it(FrameClass urgent)
    {
        using SendQueue queue = new(TestPeer.Config, new SendBudget(64 << 20));
        byte[] batch = new byte[Limits.TransactionBatchBytesMax];
        byte[] chunk = new byte[Limits.ProposalBatchBytesMax];
        byte[] vote = new byte[160];
        int worst = 0;
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            // Twice as much comes in as leaves: the lanes are full before long.
            for (int k = 0; k < 2; k++)
            {
                if (queue.TryEnqueue(FrameClass.Transactions, batch) == SendVerdict.QueueFull) refused++;
                if (queue.TryEnqueue(FrameClass.Sync, chunk) == SendVerdict.QueueFull) refused++;
            }

            bool isUrgent = i % 10 == 0;
            if (isUrgent) Assert.Equal(SendVerdict.Accepted, queue.TryEnqueue(urgent, vote));
            int before = 0;
            while (queue.TryDequeue(out OutgoingFrame frame) && isUrgent && frame.Kind != urgent.ToKind()) before++;
            worst = int.Max(worst, before);
        }

        Assert.True(refused > 1000);
        Assert.Equal(0, worst);
    }

    [Fact]
    public void The_most_urgent_class_leaves_first_and_order_holds_inside_a_class()
    {
        using SendQueue queue = new(TestPeer.Config, new SendBudget(1 << 20));
        FrameClass[] order =
        [
            FrameClass.Bulk, FrameClass.Sync, FrameClass.Consensus, FrameClass.Bulk, FrameClass.Consensus, FrameClass.Membership,
        ];
        for (int i = 0; i < order.Length; i++) Assert.Equal(SendVerdict.Accepted, queue.TryEnqueue(order[i], new[] { (byte)i }));
        byte[] left = new byte[order.Length];
        for (int i = 0; i < left.Length; i++)
        {
            Assert.True(queue.TryDequeue(out OutgoingFrame frame));
            left[i] = frame.Payload.Span[0];
        }

        Assert.Equal([2, 4, 5, 1, 0, 3], left);
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void A_keep_alive_goes_only_where_nothing_else_does()
    {
        using SendQueue queue = new(TestPeer.Config, new SendBudget(1 << 20));
        queue.EnqueueKeepAlive();
        queue.EnqueueKeepAlive();
        Assert.True(queue.TryDequeue(out OutgoingFrame frame));
        Assert.Equal(FrameKind.KeepAlive, frame.Kind);
        Assert.False(queue.TryDequeue(out _));
        queue.TryEnqueue(FrameClass.Bulk, new byte[1]);
        queue.EnqueueKeepAlive();
        Assert.True(queue.TryDequeue(out frame));
        Assert.Equal(FrameKind.Bulk, frame.Kind);
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void Every_bound_of_a_lane_is_its_own_and_the_shared_one_leaves_each_its_share()
    {
        NetworkConfig config = TestPeer.Config with { SendBytesShare = 100 };
        SendBudget budget = new(1000);
        using SendQueue greedy = new(config, budget);
        using SendQueue modest = new(config, budget);
        Assert.Equal(SendVerdict.Accepted, greedy.TryEnqueue(FrameClass.Bulk, new byte[990]));
        Assert.Equal(SendVerdict.QueueFull, greedy.TryEnqueue(FrameClass.Consensus, new byte[90]));
        Assert.Equal(SendVerdict.Accepted, modest.TryEnqueue(FrameClass.Consensus, new byte[90]));
        Assert.Equal(SendVerdict.QueueFull, modest.TryEnqueue(FrameClass.Consensus, new byte[90]));
        greedy.Close();
        Assert.Equal(SendVerdict.NotConnected, greedy.TryEnqueue(FrameClass.Consensus, new byte[1]));
        Assert.Equal(95, budget.Bytes);
        modest.Close();
        Assert.Equal(0, budget.Bytes);

        ClassBudget two = ClassBudget.Default(FrameClass.Sync) with { QueueFramesMax = 2 };
        using SendQueue queue = new(TestPeer.Config.WithBudget(FrameClass.Sync, two), new SendBudget(1 << 20));
        Assert.Equal(SendVerdict.Accepted, queue.TryEnqueue(FrameClass.Sync, default));
        Assert.Equal(SendVerdict.Accepted, queue.TryEnqueue(FrameClass.Sync, default));
        Assert.Equal(SendVerdict.QueueFull, queue.TryEnqueue(FrameClass.Sync, default));
        Assert.Equal(SendVerdict.Accepted, queue.TryEnqueue(FrameClass.Bulk, default));
        Assert.Equal(SendVerdict.FrameTooLarge, queue.TryEnqueue(FrameClass.Bulk, new byte[Limits.FrameBytesMax + 1]));
    }

    [Fact]
    public void Every_default_budget_holds_a_frame_and_forgives_an_honest_burst()
    {
        NetworkConfig config = new();
        foreach (FrameClass frameClass in Enum.GetValues<FrameClass>())
        {
            ClassBudget budget = config.Budget(frameClass);
            Assert.True(budget.QueueBytesMax >= Limits.FrameBytesMax + FrameReader.HeaderByteCount);
            Assert.True(budget.InboundFramesBurst >= 2 * budget.QueueFramesMax);
            Assert.True(budget.InboundFramesBurst >= 4 * budget.InboundFramesPerSecond);
        }

        Assert.True(config.InboundPeersMax + config.ClientsMax < config.ConnectionsMax);
        Assert.True(config.IdleTimeout >= config.KeepAliveInterval * 3);
    }

    [Fact]
    public void A_source_is_an_address_or_a_network_of_64_bits_and_many_sources_are_bounded()
    {
        NetworkConfig config = new() { HandshakesMax = int.MaxValue, HandshakesPerSourceBurst = 1, HandshakesPerSourcePerSecond = 1 };
        HandshakeGate gate = new(config);
        Assert.Equal(GateVerdict.Accepted, gate.TryEnter(IPAddress.Parse("2001:db8::1"), Start));
        Assert.Equal(GateVerdict.SourceTooFast, gate.TryEnter(IPAddress.Parse("2001:db8::ffff:2"), Start));
        Assert.Equal(GateVerdict.Accepted, gate.TryEnter(IPAddress.Parse("2001:db8:0:1::1"), Start));
        Assert.Equal(GateVerdict.Accepted, gate.TryEnter(IPAddress.Parse("10.0.0.1"), Start));
        Assert.Equal(GateVerdict.SourceTooFast, gate.TryEnter(IPAddress.Parse("::ffff:10.0.0.1"), Start));
        Assert.Equal(GateVerdict.Accepted, gate.TryEnter(IPAddress.Parse("10.0.0.2"), Start));

        int accepted = 4;
        for (int i = 0; i < 5000; i++)
        {
            if (gate.TryEnter(new IPAddress([11, 0, (byte)(i >> 8), (byte)(i & 255)]), Start) == GateVerdict.Accepted) accepted++;
        }

        Assert.Equal(4096, accepted);

        // Those that waited are forgotten, and there is room again.
        Assert.Equal(GateVerdict.Accepted, gate.TryEnter(IPAddress.Parse("12.0.0.1"), Start + Duration.FromSeconds(2)));
    }
}
