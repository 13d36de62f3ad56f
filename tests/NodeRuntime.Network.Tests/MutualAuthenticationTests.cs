using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests;

public sealed class MutualAuthenticationTests
{
    [Fact]
    public async Task Both_sides_learn_the_others_proven_key()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();

        a.Network.Dial(b.Address);

        NetworkEvent.Connected atA = await a.Next<NetworkEvent.Connected>();
        NetworkEvent.Connected atB = await b.Next<NetworkEvent.Connected>();
        Assert.Equal(b.Id, atA.Peer);
        Assert.Equal(b.Signer.PublicKey.AsSpan().ToArray(), atA.NodeKey.ToArray());
        Assert.Equal((PeerRole.Peer, b.Address, true), (atA.Role, atA.Address, atA.Outbound));
        Assert.Equal(a.Id, atB.Peer);
        Assert.Equal(a.Signer.PublicKey.AsSpan().ToArray(), atB.NodeKey.ToArray());
        Assert.Equal((PeerRole.Peer, a.Address, false), (atB.Role, atB.Address, atB.Outbound));
    }

    [Fact]
    public async Task Frames_travel_both_ways()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        await a.ConnectTo(b);

        Assert.Equal(SendVerdict.Accepted, a.Network.Send(b.Id, FrameClass.Membership, new byte[] { 1, 2, 3 }));
        Assert.Equal(SendVerdict.Accepted, b.Network.Send(a.Id, FrameClass.Consensus, new byte[] { 4 }));

        NetworkEvent.Received atB = await b.Next<NetworkEvent.Received>();
        NetworkEvent.Received atA = await a.Next<NetworkEvent.Received>();
        Assert.Equal((a.Id, FrameClass.Membership), (atB.Peer, atB.FrameClass));
        Assert.Equal(new byte[] { 1, 2, 3 }, atB.Frame.ToArray());
        Assert.Equal((b.Id, FrameClass.Consensus), (atA.Peer, atA.FrameClass));
        Assert.Equal(new byte[] { 4 }, atA.Frame.ToArray());
    }

    [Fact]
    public async Task A_peer_of_another_chain_is_refused_by_name()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start(chain: TestPeer.OtherChain);

        a.Network.Dial(b.Address);

        NetworkEvent.DialFailed failed = await a.Next<NetworkEvent.DialFailed>();
        Assert.Equal((b.Address, DisconnectReason.WrongChain), (failed.Address, failed.Reason));
    }

    [Fact]
    public async Task A_dial_of_oneself_is_a_self_connection()
    {
        await using TestPeer a = TestPeer.Start();
        a.Network.Dial(a.Address);
        NetworkEvent.DialFailed failed = await a.Next<NetworkEvent.DialFailed>();
        Assert.Equal(DisconnectReason.SelfConnection, failed.Reason);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:99999")]
    [InlineData("a b:7")]
    [InlineData("::1:7070")]
    [InlineData("")]
    public async Task An_address_that_is_none_fails_by_name(string address)
    {
        await using TestPeer a = TestPeer.Start();
        a.Network.Dial(address);
        NetworkEvent.DialFailed failed = await a.Next<NetworkEvent.DialFailed>();
        Assert.Equal((address, DisconnectReason.ConnectionLost), (failed.Address, failed.Reason));
    }

    [Fact]
    public async Task Nobody_there_is_connection_lost()
    {
        string address;
        await using (TestPeer gone = TestPeer.Start()) address = gone.Address;
        await using TestPeer a = TestPeer.Start();
        a.Network.Dial(address);
        NetworkEvent.DialFailed failed = await a.Next<NetworkEvent.DialFailed>();
        Assert.Equal((address, DisconnectReason.ConnectionLost), (failed.Address, failed.Reason));
    }

    [Fact]
    public async Task Whoever_ends_as_soon_as_it_began_ends_without_an_error()
    {
        // What it logs as an error fails its disposal. Many at once, so that one is ended before it has run at all.
        await Parallel.ForEachAsync(Enumerable.Range(0, 256), new ParallelOptions { MaxDegreeOfParallelism = 32 }, static async (_, _) =>
        {
            await using TestPeer brief = TestPeer.Start();
        });
    }

    [Fact]
    public async Task A_disconnect_names_its_reason_on_both_sides()
    {
        await using TestPeer a = TestPeer.Start();
        await using TestPeer b = TestPeer.Start();
        await a.ConnectTo(b);

        a.Network.Disconnect(b.Id, DisconnectReason.ScoreTooLow);

        Assert.Equal(DisconnectReason.ScoreTooLow, (await a.Next<NetworkEvent.Disconnected>()).Reason);
        Assert.Equal(DisconnectReason.ScoreTooLow, (await b.Next<NetworkEvent.Disconnected>()).Reason);
        Assert.Equal(SendVerdict.NotConnected, a.Network.Send(b.Id, FrameClass.Bulk, new byte[1]));
    }

    [Fact]
    public async Task A_client_is_welcome_to_dial_and_exchanges_frames()
    {
        await using TestPeer provider = TestPeer.Start();
        TestSigner key = new();
        using PeerDialer dialer = new(
            new NetworkConfig { Role = PeerRole.Client }, key, TestSigner.Signatures, TestPeer.Chain, TimeProvider.System);
        using CancellationTokenSource deadline = new(TestPeer.Deadline);

        DialOutcome outcome = await dialer.ConnectAsync(provider.Address, provider.Id, deadline.Token);

        await using PeerConnection connection = Assert.IsType<DialOutcome.Connected>(outcome).Connection;
        NetworkEvent.Connected connected = await provider.Next<NetworkEvent.Connected>();
        Assert.Equal((key.Peer, PeerRole.Client, string.Empty), (connected.Peer, connected.Role, connected.Address));
        Assert.Equal(SendVerdict.Accepted, await connection.SendAsync(FrameClass.Bulk, new byte[] { 7 }, deadline.Token));
        Assert.Equal(new byte[] { 7 }, (await provider.Next<NetworkEvent.Received>()).Frame.ToArray());
        provider.Network.Send(key.Peer, FrameClass.Bulk, new byte[] { 8 });
        Assert.Equal(new byte[] { 8 }, (await connection.ReceiveAsync(deadline.Token))!.Value.Frame.ToArray());

        provider.Network.Disconnect(key.Peer, DisconnectReason.Closed);
        Assert.Null(await connection.ReceiveAsync(deadline.Token));
        Assert.Equal(DisconnectReason.Closed, connection.EndReason);
    }

    [Fact]
    public async Task What_a_client_sent_before_it_closed_arrives()
    {
        await using TestPeer provider = TestPeer.Start();
        using PeerDialer dialer = new(
            new NetworkConfig { Role = PeerRole.Client }, new TestSigner(), TestSigner.Signatures, TestPeer.Chain, TimeProvider.System);
        using CancellationTokenSource deadline = new(TestPeer.Deadline);
        DialOutcome outcome = await dialer.ConnectAsync(provider.Address, provider.Id, deadline.Token);
        await using (PeerConnection connection = Assert.IsType<DialOutcome.Connected>(outcome).Connection)
        {
            // More than the queue holds: sending waits for room.
            for (int i = 0; i < 300; i++)
            {
                Assert.Equal(SendVerdict.Accepted, await connection.SendAsync(FrameClass.Bulk, new byte[64 * 1024], deadline.Token));
            }
        }

        for (int i = 0; i < 300; i++) Assert.IsType<NetworkEvent.Received>(await provider.Next<NetworkEvent>(NotConnected));
        NetworkEvent end = await provider.Next<NetworkEvent>();
        Assert.Equal(DisconnectReason.Closed, Assert.IsType<NetworkEvent.Disconnected>(end).Reason);

        static bool NotConnected(NetworkEvent happened) => happened is not NetworkEvent.Connected;
    }

    [Fact]
    public async Task A_client_refuses_whoever_is_not_the_expected_peer()
    {
        await using TestPeer provider = TestPeer.Start();
        TestSigner key = new();
        TestSigner other = new();
        using PeerDialer dialer = new(
            new NetworkConfig { Role = PeerRole.Client }, key, TestSigner.Signatures, TestPeer.Chain, TimeProvider.System);
        DialOutcome outcome = await dialer.ConnectAsync(provider.Address, other.Peer, CancellationToken.None);
        Assert.Equal(DisconnectReason.CertificateRefused, Assert.IsType<DialOutcome.Failed>(outcome).Reason);
    }

    [Fact]
    public void A_taken_port_says_what_to_do()
    {
        TestSigner key = new();
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        NetworkConfig config = TestPeer.Config with { Listen = taken.LocalEndpoint.ToString()! };
        NetworkOpenException exception = Assert.Throws<NetworkOpenException>(() => TlsNetwork.Open(
            config, key, TestSigner.Signatures, TestPeer.Chain, TimeProvider.System, new TestLog()));
        Assert.Contains("taken by another process", exception.Message, StringComparison.Ordinal);
    }
}
