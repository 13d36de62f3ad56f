using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Security;
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

namespace NodeRuntime.Network.Tests;

/// <summary>The other side as an adversary would write it: any certificate, any TLS version, any bytes.</summary>
internal sealed class Stranger : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _deadline = new(TestPeer.Deadline);
    private SslStream? _tls;

    private Stranger(Socket socket) => _socket = socket;

    public CancellationToken Deadline => _deadline.Token;

    public Stream Stream => (Stream?)_tls ?? new NetworkStream(_socket, ownsSocket: false);

    public static async Task<Stranger> Connect(TestPeer peer)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPEndPoint.Parse(peer.Address));
        return new Stranger(socket);
    }

    /// <summary>Connects and expects to be thrown out, be it before the connect is over.</summary>
    public static async Task Knock(TestPeer peer)
    {
        try
        {
            await using Stranger stranger = await Connect(peer);
            await stranger.ReadToTheEnd();
        }
        catch (SocketException)
        {
            // The reset came first.
        }
    }

    public static async Task<Stranger> Accept(TcpListener listener) =>
        new(await listener.AcceptSocketAsync().WaitAsync(TestPeer.Deadline));

    /// <summary>A certificate that <paramref name="signer"/> vouches for.</summary>
    public static X509Certificate2 Certificate(
        TestSigner signer, PeerRole role = PeerRole.Peer, ChainId? chain = null, Duration? lifetime = null, bool otherSpki = false)
    {
        Instant now = TimeProvider.System.Now();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] spki = (otherSpki ? other : key).ExportSubjectPublicKeyInfo();
        Instant expiry = now + (lifetime ?? Duration.FromMinutes(60));
        TlsBinding binding = TlsBinding.Sign(signer, spki, chain ?? TestPeer.Chain, role, expiry);
        return CertificateSource.Make(key, binding.Encode(), now, now + Duration.FromMinutes(60));
    }

    public async Task TlsAsClient(X509Certificate2? certificate, SslProtocols protocols = SslProtocols.Tls13, string alpn = "noderuntime/1")
    {
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        await _tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "noderuntime",
                EnabledSslProtocols = protocols,
                ApplicationProtocols = [new SslApplicationProtocol(alpn)],
                ClientCertificateContext = certificate is null
                    ? null
                    : SslStreamCertificateContext.Create(certificate, null, offline: true),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            Deadline);
    }

    public async Task TlsAsServer(X509Certificate2 certificate, SslProtocols protocols = SslProtocols.Tls13)
    {
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        await _tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = protocols,
                ApplicationProtocols = [new SslApplicationProtocol("noderuntime/1")],
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            Deadline);
    }

    /// <summary>TLS and hello as an honest peer does them.</summary>
    public async Task Join(TestSigner signer, PeerRole role = PeerRole.Peer)
    {
        await TlsAsClient(Certificate(signer, role));
        await SendFrame(FrameKind.Hello, new Hello(Hello.CurrentVersion, TestPeer.Chain, role, string.Empty).Encode());
        Assert.Equal(FrameKind.Hello, (await ReadFrame()).Kind);
    }

    public Task SendFrame(FrameKind kind, byte[] payload) => Send(Frame(kind, payload));

    public async Task Send(byte[] bytes)
    {
        await Stream.WriteAsync(bytes, Deadline);
        await Stream.FlushAsync(Deadline);
    }

    public static byte[] Frame(FrameKind kind, byte[] payload, uint? claimedLength = null)
    {
        byte[] frame = new byte[FrameReader.HeaderByteCount + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, claimedLength ?? (uint)payload.Length);
        frame[4] = (byte)kind;
        payload.CopyTo(frame, FrameReader.HeaderByteCount);
        return frame;
    }

    public async Task<(FrameKind Kind, byte[] Payload)> ReadFrame()
    {
        byte[] header = new byte[FrameReader.HeaderByteCount];
        await Stream.ReadExactlyAsync(header, Deadline);
        byte[] payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(header)];
        await Stream.ReadExactlyAsync(payload, Deadline);
        return ((FrameKind)header[4], payload);
    }

    /// <summary>Reads frames up to the goodbye.</summary>
    public async Task<DisconnectReason> ReadGoodbye()
    {
        while (true)
        {
            (FrameKind kind, byte[] payload) = await ReadFrame();
            if (kind == FrameKind.Goodbye) return Goodbye.Decode(payload);
        }
    }

    /// <summary>How the other side ended it without a word: an alert, a reset or an end.</summary>
    public async Task ReadToTheEnd()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await Stream.ReadAsync(buffer, Deadline) > 0)
            {
            }
        }
        catch (IOException)
        {
            // An alert or a reset is an end, too.
        }
    }

    public void CloseAbruptly()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_tls is not null) await _tls.DisposeAsync();
        _socket.Dispose();
        _deadline.Dispose();
    }
}
