using System;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Network.Frames;
using NodeRuntime.Primitives;
using PublicKey = NodeRuntime.Crypto.PublicKey;

namespace NodeRuntime.Network.Handshakes;

/// <summary>
/// From a socket to an authenticated link, or to a named refusal.
/// <code>
///   dialler                         acceptor
///      | --- TLS 1.3, mutual, no resumption --- |   each checks the other's certificate in the callback
///      | ------------- Hello -----------------> |   version, chain, role, listen address
///      | &lt;------- Hello or Goodbye(why) ------- |   only now is the acceptor's word given
///      | ------- frames, or Goodbye(why) -----> |
/// </code>
/// In TLS 1.3 the dialler is done before the acceptor has judged its certificate: a refusal reaches it as an alert or an orderly
/// end on its first read. Every other refusal comes with a goodbye, so both are reported as CertificateRefused.
/// Why not Kestrel's HTTPS middleware: it serves listeners only, ends a refused handshake inside itself without telling why,
/// and closes without draining; one code path for both directions, with one deadline over TLS and hello, is less to trust.
/// </summary>
internal sealed class Handshake(
    NetworkConfig config, CertificateSource certificates, CertificateRules rules, ChainId chain, PeerRole role, TimeProvider time)
{
    private static readonly SslApplicationProtocol Protocol = new("noderuntime/1");

    /// <param name="welcome">Asked as soon as the other side is known, before the hello: null, or why not.</param>
    public async Task<HandshakeOutcome> DialAsync(
        string address, string listenAddress, Func<PublicKey, DisconnectReason?> welcome, CancellationToken cancellation)
    {
        if (!NetworkAddress.TryParse(address, out NetworkAddress target) || target.Port == 0)
        {
            return Refuse(DisconnectReason.ConnectionLost, "not a host:port: " + address);
        }

        using CancellationTokenSource deadline = new(config.DialTimeout.ToTimeSpan(), time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target.ToEndPoint(), either.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ArgumentException)
        {
            socket.Dispose();
            bool isLate = deadline.IsCancellationRequested;
            return Refuse(isLate ? DisconnectReason.Timeout : DisconnectReason.ConnectionLost, isLate ? "no answer" : exception.Message);
        }

        return await RunAsync(socket, outbound: true, deadline, async (link, token) =>
        {
            if (welcome(link.NodeKey) is { } unwelcome) return new Answer(unwelcome, "refused before the hello", TellsPeer: true);
            link.Address = address;
            await link.WriteAsync(FrameKind.Hello, OwnHello(listenAddress), token).ConfigureAwait(false);
            FrameRead first = await link.Reader.ReadAsync(Limits.HelloBytesMax, token).ConfigureAwait(false);
            return Judge(first, link, out _);
        }, either.Token).ConfigureAwait(false);
    }

    /// <summary>Ends after the dialler's hello was found good: the caller decides, then sends <see cref="OwnHello"/> or closes.</summary>
    public Task<HandshakeOutcome> AcceptAsync(Socket socket, CancellationTokenSource deadline, CancellationToken cancellation) =>
        RunAsync(socket, outbound: false, deadline, async (link, token) =>
        {
            FrameRead first = await link.Reader.ReadAsync(Limits.HelloBytesMax, token).ConfigureAwait(false);
            Answer answer = Judge(first, link, out Hello? hello);
            if (hello is not null) link.Address = hello.ListenAddress;
            return answer;
        }, cancellation);

    public byte[] OwnHello(string listenAddress) => new Hello(Hello.CurrentVersion, chain, role, listenAddress).Encode();

    private async Task<HandshakeOutcome> RunAsync(
        Socket socket,
        bool outbound,
        CancellationTokenSource deadline,
        Func<PeerLink, CancellationToken, Task<Answer>> hellos,
        CancellationToken cancellation)
    {
        SslStream tls = new(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        Examination examination = new(rules, clientsWelcome: !outbound, time);
        PeerLink? link = null;
        try
        {
            SocketTuning.Apply(socket);
            if (outbound) await tls.AuthenticateAsClientAsync(ClientOptions(examination), cancellation).ConfigureAwait(false);
            else await tls.AuthenticateAsServerAsync(ServerOptions(examination), cancellation).ConfigureAwait(false);
            Invariant.Holds(examination.Verdict == CertificateVerdict.Accepted);
            Invariant.Holds(examination.Binding is not null);
            link = new PeerLink(socket, tls, time)
            {
                NodeKey = examination.Binding.NodeKey,
                Role = examination.Binding.Role,
                Outbound = outbound,
            };
            Answer answer = tls.NegotiatedApplicationProtocol == Protocol
                ? await hellos(link, cancellation).ConfigureAwait(false)
                : new Answer(DisconnectReason.VersionUnsupported, "another application protocol", TellsPeer: true);
            if (answer.Reason is not { } reason) return new HandshakeOutcome.Established(link);
            await link.CloseAsync(answer.TellsPeer ? reason : null, config.LingerTimeout).ConfigureAwait(false);
            return Refuse(reason, answer.Detail);
        }
        catch (Exception exception) when (
            exception is AuthenticationException or IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await AbandonAsync(socket, tls, isAlertDue: exception is AuthenticationException).ConfigureAwait(false);
            return Explain(exception, examination, link, deadline.IsCancellationRequested);
        }
    }

    private static HandshakeOutcome.Refused Explain(Exception exception, Examination examination, PeerLink? link, bool isLate)
    {
        if (examination.Verdict is { } verdict && verdict != CertificateVerdict.Accepted)
        {
            return new HandshakeOutcome.Refused(verdict.ToReason(), verdict, "its certificate: " + verdict);
        }

        if (isLate) return Refuse(DisconnectReason.Timeout, "the handshake took too long");

        // OpenSSL and Schannel speak of the other side's alert in an inner exception of the platform's own kind.
        bool isAlert = exception is IOException && exception.InnerException is not (null or SocketException or OperationCanceledException);
        if (link is not null && isAlert) return Refuse(DisconnectReason.CertificateRefused, "our certificate was refused");
        bool isNoTls = exception is AuthenticationException;
        if (isNoTls) return Refuse(DisconnectReason.CertificateRefused, "no TLS 1.3 handshake: " + exception.Message);
        return Refuse(DisconnectReason.ConnectionLost, exception.Message);
    }

    private async Task AbandonAsync(Socket socket, SslStream tls, bool isAlertDue)
    {
        using CancellationTokenSource linger = new(config.LingerTimeout.ToTimeSpan(), time);
        try
        {
            if (isAlertDue)
            {
                // The alert that says why is on its way: a reset must not overtake it.
                socket.Shutdown(SocketShutdown.Send);
                await SocketDrain.RunAsync(socket, Limits.FrameBytesMax, linger.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side closed first or does not care to: nothing is owed to it.
        }

        await tls.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
    }

    /// <summary>The other side's first frame must be a hello that agrees with its certificate and with us, or a goodbye.</summary>
    private Answer Judge(FrameRead first, PeerLink link, out Hello? hello)
    {
        hello = null;
        switch (first.Verdict)
        {
            case FrameReadVerdict.Accepted:
                break;
            case FrameReadVerdict.Ended when link.Outbound:
                return new Answer(
                    DisconnectReason.CertificateRefused, "closed without a word after TLS: our certificate was refused", TellsPeer: false);
            case FrameReadVerdict.Ended:
            case FrameReadVerdict.Truncated:
                return new Answer(DisconnectReason.ConnectionLost, "closed before its hello", TellsPeer: false);
            case FrameReadVerdict.TooLarge:
                return new Answer(DisconnectReason.FrameTooLarge, "its hello is too large", TellsPeer: true);
            case FrameReadVerdict.KindUnknown:
            default:
                return new Answer(DisconnectReason.FrameMalformed, "not a frame", TellsPeer: true);
        }

        if (first.Kind == FrameKind.Goodbye)
        {
            DisconnectReason told = Goodbye.Decode(first.Payload.Span);
            return new Answer(told, "the other side refused: " + told, TellsPeer: false);
        }

        if (first.Kind != FrameKind.Hello || !Hello.TryDecode(first.Payload, out hello) || hello is null)
        {
            return new Answer(DisconnectReason.FrameMalformed, "its first frame is not a hello", TellsPeer: true);
        }

        if (hello.Version != Hello.CurrentVersion)
        {
            return new Answer(DisconnectReason.VersionUnsupported, "version " + hello.Version, TellsPeer: true);
        }

        if (hello.Chain != chain) return new Answer(DisconnectReason.WrongChain, "chain " + hello.Chain, TellsPeer: true);
        if (hello.Role != link.Role)
        {
            return new Answer(DisconnectReason.CertificateRefused, "role differs from its certificate", TellsPeer: true);
        }

        return new Answer(null, string.Empty, TellsPeer: false);
    }

    private static HandshakeOutcome.Refused Refuse(DisconnectReason reason, string detail) =>
        new(reason, CertificateVerdict.Accepted, detail);

    private SslClientAuthenticationOptions ClientOptions(Examination examination) => new()
    {
        TargetHost = "noderuntime",
        ClientCertificateContext = certificates.Current(time.Now()),
        ApplicationProtocols = [Protocol],
        EnabledSslProtocols = SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = examination.Check,
    };

    private SslServerAuthenticationOptions ServerOptions(Examination examination) => new()
    {
        ServerCertificateContext = certificates.Current(time.Now()),
        ApplicationProtocols = [Protocol],
        EnabledSslProtocols = SslProtocols.Tls13,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        ClientCertificateRequired = true,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoChain(),
        RemoteCertificateValidationCallback = examination.Check,
    };

    /// <summary>The platform builds a chain before it asks us: it shall fetch nothing that a stranger's certificate points to.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    /// <summary>Null for the reason: the hello is good.</summary>
    private readonly record struct Answer(DisconnectReason? Reason, string Detail, bool TellsPeer);

    /// <summary>One connection's certificate check, and what it found.</summary>
    private sealed class Examination(CertificateRules rules, bool clientsWelcome, TimeProvider time)
    {
        public CertificateVerdict? Verdict { get; private set; }

        public TlsBinding? Binding { get; private set; }

        /// <summary>The platform's opinion of names and chains is not asked: the node key's signature decides alone.</summary>
        public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Verdict = rules.Check(certificate as X509Certificate2, clientsWelcome, time.Now(), out TlsBinding? binding);
            Binding = binding;
            return Verdict == CertificateVerdict.Accepted;
        }
    }
}
