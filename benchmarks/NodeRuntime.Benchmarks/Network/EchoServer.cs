using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Crypto;
using NodeRuntime.Network;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Network;

/// <summary>
/// The other process: a peer that sends back every frame, and beside it a bare TLS stream that sends back every byte. Says both
/// ports, and the bare one's certificate, on standard output and ends with its standard input.
/// </summary>
internal static class EchoServer
{
    /// <summary>The argument that makes this program the other process.</summary>
    public const string Word = "echo";

    public static readonly ChainId Chain = new(new Hash256(SHA256.HashData("benchmark"u8)));

    public static async Task<int> RunAsync()
    {
        await using TlsNetwork network = Open("127.0.0.1:0");
        network.Start(happened =>
        {
            // Full for a moment: a benchmark's frame is not worth more than another try.
            if (happened is NetworkEvent.Received m) SendAll(network, m.Peer, m.Frame);
        });
        using TcpListener bare = new(IPAddress.Loopback, 0);
        bare.Start();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=echo", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(1));
        Task echo = EchoBytesAsync(bare, certificate);
        string print = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        await Console.Out.WriteLineAsync($"{network.ListenEndPoint!.Port} {((IPEndPoint)bare.LocalEndpoint).Port} {print}").ConfigureAwait(false);
        await Console.In.ReadLineAsync().ConfigureAwait(false);
        await echo.ConfigureAwait(false);
        return 0;
    }

    /// <summary>Budgets that nothing here reaches: it is the machine that is to limit.</summary>
    public static TlsNetwork Open(string listen)
    {
        SystemSignatures signatures = VerifyLimit.OpenSignatures();
        byte[] entropy = RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin);
        ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy));
        ClassBudget wide = ClassBudget.Default(FrameClass.Transactions) with
        {
            QueueFramesMax = 1 << 16,
            InboundFramesPerSecond = int.MaxValue / 8,
            InboundFramesBurst = int.MaxValue / 2,
            InboundBytesPerSecond = 1L << 40,
        };
        NetworkConfig config = new NetworkConfig { Listen = listen }.WithBudget(FrameClass.Transactions, wide);
        return TlsNetwork.Open(config, signer, signatures, Chain, TimeProvider.System, NullLogger.Instance);
    }

    public static void SendAll(TlsNetwork network, PeerId peer, ReadOnlyMemory<byte> frame) =>
        Invariant.Holds(network.Send(peer, FrameClass.Transactions, frame) is SendVerdict.Accepted or SendVerdict.NotConnected);

    private static async Task EchoBytesAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync().ConfigureAwait(false);
        client.NoDelay = true;
        await using SslStream stream = new(client.GetStream());
        await stream.AuthenticateAsServerAsync(certificate).ConfigureAwait(false);
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            int count = await stream.ReadAsync(buffer).ConfigureAwait(false);
            if (count == 0) return;
            await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
        }
    }
}
