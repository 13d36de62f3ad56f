using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Sessions;

public sealed class SessionTests
{
    private readonly TestSigner _stranger = new();

    [Theory]
    [InlineData("oversized", DisconnectReason.FrameTooLarge)]
    [InlineData("just too large", DisconnectReason.FrameTooLarge)]
    [InlineData("unknown kind", DisconnectReason.FrameMalformed)]
    [InlineData("second hello", DisconnectReason.FrameMalformed)]
    [InlineData("keep-alive with a payload", DisconnectReason.FrameMalformed)]
    [InlineData("flood of keep-alives", DisconnectReason.RateExceeded)]
    public async Task A_bad_frame_ends_the_connection_by_name_on_both_sides(string defect, DisconnectReason expected)
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        await stranger.Join(_stranger);
        byte[] bytes = defect switch
        {
            "oversized" => Stranger.Frame(FrameKind.Bulk, [1], claimedLength: uint.MaxValue),
            "just too large" => Stranger.Frame(FrameKind.Bulk, [1], claimedLength: Limits.FrameBytesMax + 1),
            "unknown kind" => Stranger.Frame((FrameKind)5, [1]),
            "second hello" => Stranger.Frame(FrameKind.Hello, new Hello(1, TestPeer.Chain, PeerRole.Peer, string.Empty).Encode()),
            "keep-alive with a payload" => Stranger.Frame(FrameKind.KeepAlive, [1]),
            "flood of keep-alives" => Repeat(Stranger.Frame(FrameKind.KeepAlive, []), 200),
            _ => throw new ArgumentOutOfRangeException(nameof(defect)),
        };

        await stranger.Send(bytes);

        Assert.Equal(expected, await stranger.ReadGoodbye());
        NetworkEvent.Disconnected disconnected = await peer.Next<NetworkEvent.Disconnected>();
        Assert.Equal((_stranger.Peer, expected), (disconnected.Peer, disconnected.Reason));
    }

    [Fact]
    public async Task A_frame_that_is_cut_off_is_never_given_up()
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        await stranger.Join(_stranger);
        await stranger.Send(Stranger.Frame(FrameKind.Consensus, [1, 2, 3], claimedLength: 1000));
        stranger.CloseAbruptly();
        NetworkEvent next = await peer.Next<NetworkEvent>(happened => happened is not NetworkEvent.Connected);
        Assert.Equal(new NetworkEvent.Disconnected(_stranger.Peer, DisconnectReason.ConnectionLost), next);
    }

    [Fact]
    public async Task A_flood_is_cut_off_and_others_are_not_disturbed()
    {
        ClassBudget small = ClassBudget.Default(FrameClass.Membership) with { InboundFramesPerSecond = 10, InboundFramesBurst = 50 };
        await using TestPeer peer = TestPeer.Start(TestPeer.Config.WithBudget(FrameClass.Membership, small));
        await using TestPeer honest = TestPeer.Start();
        await honest.ConnectTo(peer);
        await using Stranger stranger = await Stranger.Connect(peer);
        await stranger.Join(_stranger);

        await stranger.Send(Repeat(Stranger.Frame(FrameKind.Membership, [9]), 1000));

        Assert.Equal(DisconnectReason.RateExceeded, await stranger.ReadGoodbye());
        int delivered = 0;
        NetworkEvent.Disconnected disconnected;
        while (true)
        {
            NetworkEvent happened = await peer.Next<NetworkEvent>();
            if (happened is NetworkEvent.Received) delivered++;
            if (happened is not NetworkEvent.Disconnected end) continue;
            disconnected = end;
            break;
        }

        Assert.Equal((_stranger.Peer, DisconnectReason.RateExceeded), (disconnected.Peer, disconnected.Reason));
        Assert.InRange(delivered, 50, 100);
        honest.Network.Send(peer.Id, FrameClass.Membership, new byte[] { 1 });
        Assert.Equal(honest.Id, (await peer.Next<NetworkEvent.Received>()).Peer);
    }

    [Fact]
    public async Task Many_bytes_are_slowed_and_nobody_is_cut_off()
    {
        ClassBudget slow = ClassBudget.Default(FrameClass.Bulk) with { InboundBytesPerSecond = 1 << 20 };
        await using TestPeer receiver = TestPeer.Start(TestPeer.Config.WithBudget(FrameClass.Bulk, slow));
        await using TestPeer sender = TestPeer.Start();
        await sender.ConnectTo(receiver);
        long begin = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(SendVerdict.Accepted, sender.Network.Send(receiver.Id, FrameClass.Bulk, new byte[512 * 1024]));
        }

        for (int i = 0; i < 4; i++) await receiver.Next<NetworkEvent.Received>();

        // Two MiB at one a second, with one of burst, and the last pause not waited for: half a second at least.
        Assert.InRange(TimeProvider.System.GetElapsedTime(begin), TimeSpan.FromMilliseconds(450), TestPeer.Deadline);
    }

    [Fact]
    public async Task Frames_of_one_mebibyte_come_whole_and_in_order()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        await a.ConnectTo(b);
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 6; i++)
            {
                Assert.Equal(SendVerdict.Accepted, a.Network.Send(b.Id, FrameClass.Bulk, Pattern((round * 6) + i, 1 << 20)));
            }

            for (int i = 0; i < 6; i++)
            {
                NetworkEvent.Received received = await b.Next<NetworkEvent.Received>();
                Assert.True(received.Frame.Span.SequenceEqual(Pattern((round * 6) + i, 1 << 20)));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Limits.FrameBytesMax)]
    public async Task The_smallest_and_the_greatest_frame_travel(int length)
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        await a.ConnectTo(b);
        Assert.Equal(SendVerdict.FrameTooLarge, a.Network.Send(b.Id, FrameClass.Sync, new byte[Limits.FrameBytesMax + 1]));
        Assert.Equal(SendVerdict.Accepted, a.Network.Send(b.Id, FrameClass.Sync, Pattern(7, length)));
        NetworkEvent.Received received = await b.Next<NetworkEvent.Received>();
        Assert.True(received.Frame.Span.SequenceEqual(Pattern(7, length)));
    }

    [Fact]
    public async Task A_peer_that_does_not_read_fills_its_queue_and_no_others()
    {
        await using TestPeer sender = TestPeer.Start();
        await using TestPeer other = TestPeer.Start();
        await sender.ConnectTo(other);
        await using Stranger deaf = await Stranger.Connect(sender);
        await deaf.Join(_stranger);
        await sender.Next<NetworkEvent.Connected>();

        int accepted = 0;
        SendVerdict refused;
        while ((refused = sender.Network.Send(_stranger.Peer, FrameClass.Bulk, new byte[1 << 20])) == SendVerdict.Accepted) accepted++;

        // The queue's eight MiB and what the kernel and TLS took: not more than the sockets' buffers. Until those are full a place may come free again.
        Assert.InRange(accepted, 7, 64);
        Assert.Equal(SendVerdict.QueueFull, refused);
        Assert.Equal(SendVerdict.Accepted, sender.Network.Send(_stranger.Peer, FrameClass.Consensus, new byte[1]));
        Assert.Equal(SendVerdict.Accepted, sender.Network.Send(other.Id, FrameClass.Bulk, new byte[1 << 20]));
        Assert.Equal(1 << 20, (await other.Next<NetworkEvent.Received>()).Frame.Length);
    }

    [Fact]
    public async Task Consensus_overtakes_bulk_that_waits()
    {
        await using TestPeer sender = TestPeer.Start();
        await using Stranger slow = await Stranger.Connect(sender);
        await slow.Join(_stranger);
        await sender.Next<NetworkEvent.Connected>();
        int bulk = 0;
        while (sender.Network.Send(_stranger.Peer, FrameClass.Bulk, new byte[256 * 1024]) == SendVerdict.Accepted) bulk++;
        Assert.Equal(SendVerdict.Accepted, sender.Network.Send(_stranger.Peer, FrameClass.Consensus, new byte[] { 1 }));
        Assert.Equal(SendVerdict.Accepted, sender.Network.Send(_stranger.Peer, FrameClass.Consensus, new byte[] { 2 }));

        List<byte> consensus = [];
        int bulkAfter = 0;
        for (int i = 0; i < bulk + 2; i++)
        {
            (FrameKind kind, byte[] payload) = await slow.ReadFrame();
            if (kind == FrameKind.Consensus) consensus.Add(payload[0]);
            else if (consensus.Count == 2) bulkAfter++;
        }

        Assert.Equal([1, 2], consensus);

        // What was in the lane when the votes came, all of eight MiB but the frame at its head, follows them.
        Assert.InRange(bulkAfter, 28, 33);
    }

    [Fact]
    public async Task A_receiver_that_blocks_holds_up_its_connection_alone()
    {
        await using TestPeer receiver = TestPeer.Start();
        await using TestPeer blocked = TestPeer.Start();
        await using TestPeer free = TestPeer.Start();
        await blocked.ConnectTo(receiver);
        await free.ConnectTo(receiver);
        using ManualResetEventSlim release = new();
        receiver.OnEvent = happened =>
        {
            if (happened is NetworkEvent.Received received && received.Peer == blocked.Id) release.Wait(TestPeer.Deadline);
        };
        blocked.Network.Send(receiver.Id, FrameClass.Sync, new byte[] { 1 });
        blocked.Network.Send(receiver.Id, FrameClass.Sync, new byte[] { 2 });
        free.Network.Send(receiver.Id, FrameClass.Sync, new byte[] { 3 });

        Assert.Equal(3, (await receiver.Next<NetworkEvent.Received>()).Frame.Span[0]);
        release.Set();
        Assert.Equal(1, (await receiver.Next<NetworkEvent.Received>()).Frame.Span[0]);
        Assert.Equal(2, (await receiver.Next<NetworkEvent.Received>()).Frame.Span[0]);
    }

    [Fact]
    public async Task Silence_is_a_timeout_and_keep_alives_are_not_silence()
    {
        NetworkConfig config = TestPeer.Config with
        {
            // Wide apart: a busy machine must not make the lively one look silent.
            KeepAliveInterval = Duration.FromMilliseconds(100),
            IdleTimeout = Duration.FromSeconds(3),
        };
        await using TestPeer peer = TestPeer.Start(config);
        await using TestPeer alive = TestPeer.Start(config);
        await alive.ConnectTo(peer);
        await using Stranger silent = await Stranger.Connect(peer);
        await silent.Join(_stranger);

        NetworkEvent.Disconnected disconnected = await peer.Next<NetworkEvent.Disconnected>();

        Assert.Equal((_stranger.Peer, DisconnectReason.Timeout), (disconnected.Peer, disconnected.Reason));
        Assert.Equal(DisconnectReason.Timeout, await silent.ReadGoodbye());
        Assert.Equal(SendVerdict.Accepted, alive.Network.Send(peer.Id, FrameClass.Sync, new byte[] { 1 }));
        await peer.Next<NetworkEvent.Received>(received => received.Peer == alive.Id);
    }

    private static byte[] Repeat(byte[] frame, int count)
    {
        byte[] bytes = new byte[frame.Length * count];
        for (int i = 0; i < count; i++) frame.CopyTo(bytes, i * frame.Length);
        return bytes;
    }

    private static byte[] Pattern(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Prng((ulong)seed).Fill(bytes);
        if (length >= 4) BinaryPrimitives.WriteInt32BigEndian(bytes, seed);
        return bytes;
    }
}
