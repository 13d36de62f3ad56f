using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Sessions;

public sealed class DuplicateConnectionTests
{
    [Fact]
    public async Task A_second_dial_to_whom_we_are_connected_with_is_a_duplicate_and_disturbs_nothing()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        await a.ConnectTo(b);

        a.Network.Dial(b.Address);
        Assert.Equal(DisconnectReason.DuplicateConnection, (await a.Next<NetworkEvent.DialFailed>()).Reason);
        b.Network.Dial(a.Address);
        Assert.Equal(DisconnectReason.DuplicateConnection, (await b.Next<NetworkEvent.DialFailed>()).Reason);

        a.Network.Send(b.Id, FrameClass.Sync, new byte[] { 1 });
        Assert.IsType<NetworkEvent.Received>(await b.Next<NetworkEvent>());
    }

    [Fact]
    public async Task Peers_that_dial_each_other_at_once_keep_one_connection_and_the_same()
    {
        for (int round = 0; round < 25; round++)
        {
            await using TestPeer a = TestPeer.Start();
            await using TestPeer b = TestPeer.Start();
            await Task.WhenAll(
                Task.Run(() => a.Network.Dial(b.Address)),
                Task.Run(() => b.Network.Dial(a.Address)));

            // Each dial is answered. After both answers, one connection stands; its direction is the same seen from both ends.
            (bool outboundAtA, bool outboundAtB) = (await Settle(a), await Settle(b));
            Assert.NotEqual(outboundAtA, outboundAtB);
            Assert.Equal(SendVerdict.Accepted, a.Network.Send(b.Id, FrameClass.Sync, new byte[] { 1 }));
            await b.Next<NetworkEvent.Received>();
            Assert.Equal(SendVerdict.Accepted, b.Network.Send(a.Id, FrameClass.Sync, new byte[] { 1 }));
            await a.Next<NetworkEvent.Received>();
        }
    }

    [Fact]
    public async Task A_peer_that_died_and_dials_again_replaces_its_old_connection()
    {
        await using TestPeer peer = TestPeer.Start();
        TestSigner key = new();
        await using Stranger before = await Stranger.Connect(peer);
        await before.Join(key);
        await peer.Next<NetworkEvent.Connected>();
        await using Stranger after = await Stranger.Connect(peer);
        await after.Join(key);

        Assert.Equal(new NetworkEvent.Disconnected(key.Peer, DisconnectReason.DuplicateConnection), await peer.Next<NetworkEvent>());
        Assert.Equal(key.Peer, Assert.IsType<NetworkEvent.Connected>(await peer.Next<NetworkEvent>()).Peer);
        Assert.Equal(DisconnectReason.DuplicateConnection, await before.ReadGoodbye());
        peer.Network.Send(key.Peer, FrameClass.Sync, new byte[] { 5 });
        Assert.Equal([5], (await after.ReadFrame()).Payload);
    }

    [Fact]
    public async Task Too_many_inbound_peers_are_refused_by_name_and_clients_have_room_of_their_own()
    {
        await using TestPeer peer = TestPeer.Start(TestPeer.Config with { InboundPeersMax = 1, ClientsMax = 1 });
        await using TestPeer first = TestPeer.Start();
        await using TestPeer second = TestPeer.Start();
        await first.ConnectTo(peer);
        second.Network.Dial(peer.Address);
        Assert.Equal(DisconnectReason.TooManyPeers, (await second.Next<NetworkEvent.DialFailed>()).Reason);

        await using Stranger client = await Stranger.Connect(peer);
        await client.Join(new TestSigner(), PeerRole.Client);
        await peer.Next<NetworkEvent.Connected>(connected => connected.Role == PeerRole.Client);

        // And what we dial ourselves is not inbound.
        await peer.ConnectTo(second);
    }

    [Fact]
    public async Task Dials_to_one_address_under_way_are_one()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        for (int i = 0; i < 10; i++) a.Network.Dial(b.Address);
        await a.Next<NetworkEvent.Connected>();
        a.Network.Send(b.Id, FrameClass.Sync, new byte[] { 1 });
        List<NetworkEvent> atB = [await b.Next<NetworkEvent>(), await b.Next<NetworkEvent>()];
        Assert.IsType<NetworkEvent.Connected>(atB[0]);
        Assert.IsType<NetworkEvent.Received>(atB[1]);
    }

    /// <summary>Waits until this peer's dial was answered and a connection stands; gives the direction.</summary>
    private static async Task<bool> Settle(TestPeer peer)
    {
        bool isAnswered = false;
        bool? outbound = null;
        while (!isAnswered || outbound is null)
        {
            switch (await peer.Next<NetworkEvent>())
            {
                case NetworkEvent.Connected connected:
                    outbound = connected.Outbound;
                    isAnswered |= connected.Outbound;
                    break;
                case NetworkEvent.DialFailed failed:
                    Assert.Equal(DisconnectReason.DuplicateConnection, failed.Reason);
                    isAnswered = true;
                    break;
                case NetworkEvent.Disconnected disconnected:
                    Assert.Equal(DisconnectReason.DuplicateConnection, disconnected.Reason);
                    outbound = null;
                    break;
                case NetworkEvent.Received:
                    break;
            }
        }

        return outbound.Value;
    }
}
