using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Tests.Handshakes;

public sealed class HostileHandshakeTests
{
    private readonly TestSigner _stranger = new();

    [Fact]
    public async Task Without_a_certificate_nobody_comes_in()
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        await stranger.TlsAsClient(certificate: null);
        await stranger.ReadToTheEnd();
        await peer.NextLog("its certificate: Missing");
    }

    [Theory]
    [InlineData("other spki", "SignatureWrong")]
    [InlineData("expired", "Expired")]
    [InlineData("too long", "LifetimeTooLong")]
    [InlineData("other chain", "WrongChain")]
    [InlineData("no extension", "ExtensionMissing")]
    [InlineData("ourselves", "SelfConnection")]
    public async Task A_dialler_with_a_forged_certificate_is_refused(string forgery, string verdict)
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        using X509Certificate2 certificate = Forge(forgery, peer.Signer);
        await stranger.TlsAsClient(certificate);
        await stranger.ReadToTheEnd();
        await peer.NextLog("its certificate: " + verdict);
    }

    [Theory]
    [InlineData("other spki", DisconnectReason.CertificateRefused, "SignatureWrong")]
    [InlineData("expired", DisconnectReason.CertificateRefused, "Expired")]
    [InlineData("too long", DisconnectReason.CertificateRefused, "LifetimeTooLong")]
    [InlineData("client", DisconnectReason.CertificateRefused, "RoleRefused")]
    [InlineData("no extension", DisconnectReason.CertificateRefused, "ExtensionMissing")]
    [InlineData("other chain", DisconnectReason.WrongChain, "WrongChain")]
    [InlineData("ourselves", DisconnectReason.SelfConnection, "SelfConnection")]
    public async Task A_listener_with_a_forged_certificate_is_refused(string forgery, DisconnectReason reason, string verdict)
    {
        await using TestPeer peer = TestPeer.Start();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        peer.Network.Dial(listener.LocalEndpoint.ToString()!);
        await using Stranger stranger = await Stranger.Accept(listener);
        using X509Certificate2 certificate = Forge(forgery, peer.Signer);
        Task tls = stranger.TlsAsServer(certificate);

        NetworkEvent.DialFailed failed = await peer.Next<NetworkEvent.DialFailed>();

        Assert.Equal(reason, failed.Reason);
        Assert.Contains(verdict, failed.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls;
            await stranger.ReadFrame();
        });
    }

    [Fact]
    public async Task A_dialler_whose_certificate_the_listener_refused_hears_so()
    {
        await using TestPeer peer = TestPeer.Start();
        using PeerDialer dialer = new(
            new NetworkConfig { Role = PeerRole.Client, CertificateLifetime = Duration.FromMinutes(30 * 24 * 60) },
            _stranger, TestSigner.Signatures, TestPeer.Chain, TimeProvider.System);
        DialOutcome outcome = await dialer.ConnectAsync(peer.Address, peer.Id, CancellationToken.None);
        DialOutcome.Failed failed = Assert.IsType<DialOutcome.Failed>(outcome);
        Assert.True(failed.Reason == DisconnectReason.CertificateRefused, failed.ToString());
        await peer.NextLog("LifetimeTooLong");
    }

    [Fact]
    public async Task TLS_1_2_is_refused_to_a_dialler()
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        using X509Certificate2 certificate = Stranger.Certificate(_stranger);
        await Assert.ThrowsAnyAsync<Exception>(() => stranger.TlsAsClient(certificate, SslProtocols.Tls12));
        await peer.NextLog("no TLS 1.3 handshake");
    }

    [Fact]
    public async Task TLS_1_2_is_refused_to_a_listener()
    {
        await using TestPeer peer = TestPeer.Start();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        peer.Network.Dial(listener.LocalEndpoint.ToString()!);
        await using Stranger stranger = await Stranger.Accept(listener);
        using X509Certificate2 certificate = Stranger.Certificate(_stranger);
        await Assert.ThrowsAnyAsync<Exception>(() => stranger.TlsAsServer(certificate, SslProtocols.Tls12));
        Assert.Equal(DisconnectReason.CertificateRefused, (await peer.Next<NetworkEvent.DialFailed>()).Reason);
    }

    [Fact]
    public async Task Another_application_protocol_is_refused()
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        using X509Certificate2 certificate = Stranger.Certificate(_stranger);
        await Assert.ThrowsAnyAsync<Exception>(() => stranger.TlsAsClient(certificate, alpn: "h2"));
        await peer.NextLog("no TLS 1.3 handshake");
    }

    [Fact]
    public async Task Garbage_instead_of_TLS_is_refused()
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        byte[] garbage = new byte[4096];
        new Prng(1).Fill(garbage);
        await stranger.Send(garbage);
        await stranger.ReadToTheEnd();
        await peer.NextLog("An inbound connection was refused");
    }

    [Theory]
    [InlineData("slow before TLS")]
    [InlineData("slow before hello")]
    [InlineData("slow inside hello")]
    public async Task Whoever_dawdles_is_cut_off_at_the_deadline(string where)
    {
        await using TestPeer peer = TestPeer.Start(TestPeer.Config with { HandshakeTimeout = Duration.FromMilliseconds(400) });
        await using Stranger stranger = await Stranger.Connect(peer);
        if (where != "slow before TLS")
        {
            using X509Certificate2 certificate = Stranger.Certificate(_stranger);
            await stranger.TlsAsClient(certificate);
        }

        if (where == "slow inside hello") await stranger.Send([0, 0]);
        await stranger.ReadToTheEnd();
        await peer.NextLog("refused: Timeout");
    }

    [Fact]
    public async Task A_listener_that_never_answers_is_a_timeout()
    {
        await using TestPeer peer = TestPeer.Start(TestPeer.Config with { DialTimeout = Duration.FromMilliseconds(400) });
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        peer.Network.Dial(listener.LocalEndpoint.ToString()!);
        await using Stranger stranger = await Stranger.Accept(listener);
        Assert.Equal(DisconnectReason.Timeout, (await peer.Next<NetworkEvent.DialFailed>()).Reason);
    }

    [Theory]
    [InlineData("version", DisconnectReason.VersionUnsupported)]
    [InlineData("chain", DisconnectReason.WrongChain)]
    [InlineData("role", DisconnectReason.CertificateRefused)]
    [InlineData("address", DisconnectReason.FrameMalformed)]
    [InlineData("trailing", DisconnectReason.FrameMalformed)]
    [InlineData("not a hello", DisconnectReason.FrameMalformed)]
    [InlineData("unknown kind", DisconnectReason.FrameMalformed)]
    [InlineData("too large", DisconnectReason.FrameTooLarge)]
    public async Task A_bad_hello_is_answered_by_the_reason(string defect, DisconnectReason expected)
    {
        await using TestPeer peer = TestPeer.Start();
        await using Stranger stranger = await Stranger.Connect(peer);
        using X509Certificate2 certificate = Stranger.Certificate(_stranger);
        await stranger.TlsAsClient(certificate);
        Hello good = new(Hello.CurrentVersion, TestPeer.Chain, PeerRole.Peer, "127.0.0.1:1");
        byte[] frame = defect switch
        {
            "version" => Stranger.Frame(FrameKind.Hello, (good with { Version = 2 }).Encode()),
            "chain" => Stranger.Frame(FrameKind.Hello, (good with { Chain = TestPeer.OtherChain }).Encode()),
            "role" => Stranger.Frame(FrameKind.Hello, (good with { Role = PeerRole.Client }).Encode()),
            "address" => Stranger.Frame(FrameKind.Hello, (good with { ListenAddress = "nowhere" }).Encode()),
            "trailing" => Stranger.Frame(FrameKind.Hello, [.. good.Encode(), 0]),
            "not a hello" => Stranger.Frame(FrameKind.Consensus, good.Encode()),
            "unknown kind" => Stranger.Frame((FrameKind)0x77, good.Encode()),
            "too large" => Stranger.Frame(FrameKind.Hello, [], claimedLength: uint.MaxValue),
            _ => throw new ArgumentOutOfRangeException(nameof(defect)),
        };
        await stranger.Send(frame);
        Assert.Equal(expected, await stranger.ReadGoodbye());
        await peer.NextLog("refused: " + expected);
    }

    [Fact]
    public async Task A_source_that_comes_too_often_is_reset_and_a_peer_that_stands_is_not_disturbed()
    {
        await using TestPeer peer = TestPeer.Start(TestPeer.Config with { HandshakesPerSourceBurst = 1, HandshakesPerSourcePerSecond = 1 });
        await using TestPeer standing = TestPeer.Start();
        await standing.ConnectTo(peer);
        await Stranger.Knock(peer);
        await peer.NextLog("SourceTooFast");
        standing.Network.Send(peer.Id, FrameClass.Consensus, new byte[] { 1 });
        await peer.Next<NetworkEvent.Received>();
    }

    [Fact]
    public async Task Handshakes_under_way_are_counted_and_given_back()
    {
        await using TestPeer peer = TestPeer.Start(
            TestPeer.Config with { HandshakesMax = 1, HandshakeTimeout = Duration.FromMilliseconds(500) });
        await using (Stranger slow = await Stranger.Connect(peer))
        {
            await Stranger.Knock(peer);
            await peer.NextLog("TooManyHandshakes");
            await slow.ReadToTheEnd();
        }

        await using TestPeer honest = TestPeer.Start();
        await peer.NextLog("refused: Timeout");
        await honest.ConnectTo(peer);
    }

    [Fact]
    public void The_numbers_of_goodbyes_are_fixed()
    {
        DisconnectReason[] inOrder =
        [
            DisconnectReason.Closed, DisconnectReason.ConnectionLost, DisconnectReason.Timeout, DisconnectReason.FrameTooLarge,
            DisconnectReason.FrameMalformed, DisconnectReason.RateExceeded, DisconnectReason.ScoreTooLow, DisconnectReason.WrongChain,
            DisconnectReason.VersionUnsupported, DisconnectReason.CertificateRefused, DisconnectReason.DuplicateConnection,
            DisconnectReason.TooManyPeers, DisconnectReason.SelfConnection,
        ];
        for (int i = 0; i < inOrder.Length; i++) Assert.Equal(inOrder[i], Goodbye.Decode([(byte)i]));
        Assert.Equal(DisconnectReason.FrameMalformed, Goodbye.Decode([(byte)inOrder.Length]));
        Assert.Equal(DisconnectReason.FrameMalformed, Goodbye.Decode([]));
    }

    private X509Certificate2 Forge(string forgery, TestSigner victim)
    {
        switch (forgery)
        {
            case "other spki": return Stranger.Certificate(_stranger, otherSpki: true);
            case "expired": return Stranger.Certificate(_stranger, lifetime: Duration.FromSeconds(-1));
            case "too long": return Stranger.Certificate(_stranger, lifetime: Duration.FromMinutes(30 * 24 * 60));
            case "client": return Stranger.Certificate(_stranger, PeerRole.Client);
            case "other chain": return Stranger.Certificate(_stranger, chain: TestPeer.OtherChain);
            case "ourselves": return Stranger.Certificate(victim);
            case "no extension":
                using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    Instant now = TimeProvider.System.Now();
                    return CertificateSource.Make(key, extension: null, now, now + Duration.FromMinutes(60));
                }

            default: throw new ArgumentOutOfRangeException(nameof(forgery));
        }
    }
}
