using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Network.Sessions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>
/// The network port over TCP and TLS 1.3. A socket becomes a link by <see cref="Handshake"/>, a link becomes a session by
/// <see cref="PeerTable"/>, a session brings frames until it ends; each step that fails has a name. Every event goes to one
/// sink, which may block: it then holds up the connection that called it and no other.
/// </summary>
public sealed class TlsNetwork : INetwork, IAsyncDisposable
{
    private const int ListenBacklog = 512;

    private readonly NetworkConfig _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NetworkMetrics _metrics = new();
    private readonly CertificateSource _certificates;
    private readonly Handshake _handshake;
    private readonly HandshakeGate _gate;
    private readonly PeerTable _table;
    private readonly SendBudget _budget;
    private readonly Socket? _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskRegister _tasks;
    private readonly Lock _dialsGate = new();
    private readonly HashSet<string> _dials = new(StringComparer.Ordinal);
    private Action<NetworkEvent>? _sink;
    private bool _isDisposed;

    private TlsNetwork(
        NetworkConfig config,
        ISigner signer,
        ISignatureVerifier verifier,
        ChainId chain,
        TimeProvider time,
        ILogger logger,
        Socket? listener)
    {
        _config = config;
        _time = time;
        _logger = logger;
        _listener = listener;
        Self = signer.PublicKey.ToPeerId();
        ListenEndPoint = (IPEndPoint?)listener?.LocalEndPoint;
        ListenAddress = config.Advertise.Length > 0 ? config.Advertise : ListenEndPoint?.ToString() ?? string.Empty;
        _certificates = new CertificateSource(signer, chain, config.Role, config.CertificateLifetime);
        CertificateRules rules = new(verifier, chain, Self);
        _handshake = new Handshake(config, _certificates, rules, chain, config.Role, time);
        _gate = new HandshakeGate(config);
        _table = new PeerTable(Self, config);
        _budget = new SendBudget(config.SendBytesMax);
        _tasks = new TaskRegister(logger);
    }

    public PeerId Self { get; }

    /// <summary>Where we listen, with the real port; null for a network that only dials.</summary>
    public IPEndPoint? ListenEndPoint { get; }

    /// <summary>What others are told to dial.</summary>
    public string ListenAddress { get; }

    /// <summary>Binds the listener, so that a taken port is known before anything else starts. Nothing is accepted yet.</summary>
    /// <exception cref="NetworkOpenException">The address cannot be listened on.</exception>
    public static TlsNetwork Open(
        NetworkConfig config, ISigner signer, ISignatureVerifier verifier, ChainId chain, TimeProvider time, ILogger logger)
    {
        if (config.Advertise.Length > 0 && !NetworkAddress.TryParse(config.Advertise, out _))
        {
            throw new NetworkOpenException($"The advertised address \"{config.Advertise}\" is not host:port.");
        }

        Socket? listener = config.Listen.Length > 0 ? Listener.Bind(config.Listen, ListenBacklog) : null;
        return new TlsNetwork(config, signer, verifier, chain, time, logger, listener);
    }

    public void Start(Action<NetworkEvent> sink)
    {
        Invariant.Holds(_sink is null);
        _sink = sink;
        if (_listener is not null) _tasks.Run("accepting", () => AcceptAsync(_listener));
        _tasks.Run("keeping connections alive", KeepAliveAsync);
        _logger.LogInformation("Peer {Peer} listens on {Address}", Self, ListenAddress);
    }

    public void Dial(string address)
    {
        lock (_dialsGate)
        {
            if (_isDisposed || !_dials.Add(address)) return;
        }

        _tasks.Run("dialling", () => DialAsync(address));
    }

    public SendVerdict Send(PeerId peer, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frame.Length > Limits.FrameBytesMax) return SendVerdict.FrameTooLarge;
        return _table.Find(peer) is { } session ? session.Send(frameClass, frame) : SendVerdict.NotConnected;
    }

    public void Disconnect(PeerId peer, DisconnectReason reason) => _table.Find(peer)?.Close(reason);

    /// <summary>Says goodbye to everybody and returns when the last event was told. Dials and sends after it come to nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_dialsGate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (PeerSession session in _table.Snapshot()) session.Close(DisconnectReason.Closed);
        await _tasks.WaitAsync().ConfigureAwait(false);
        // Behind whoever accepts: a listener that is gone while it is asked is an error, and not an end.
        _listener?.Dispose();
        _certificates.Dispose();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // Out of descriptors, or a connection that was gone before it was taken: neither ends the listener.
                _logger.LogWarning("Could not accept a connection: {Error}", exception.SocketErrorCode);
                await DelayAsync(Duration.FromMilliseconds(100)).ConfigureAwait(false);
                continue;
            }

            if (!TryEnter(socket)) continue;
            _tasks.Run("serving", () => ServeAsync(socket));
        }
    }

    private bool TryEnter(Socket socket)
    {
        // A socket that was reset already has no name any more.
        IPAddress source = TryGetSource(socket) ?? IPAddress.None;
        GateVerdict verdict = _gate.TryEnter(source, _time.Monotonic());
        if (verdict == GateVerdict.Accepted) return true;
        _metrics.Refused(verdict.ToString(), outbound: false);
        _logger.LogDebug("A handshake from {Source} was not begun: {Verdict}", source, verdict);

        // No state is kept for those who come too often, not even a waiting close.
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return false;
    }

    private static IPAddress? TryGetSource(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            // Not connected any more: the gate counts it among the nameless, the handshake will find out.
            return null;
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using CancellationTokenSource deadline = new(_config.HandshakeTimeout.ToTimeSpan(), _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        HandshakeOutcome outcome;
        try
        {
            outcome = await _handshake.AcceptAsync(socket, deadline, either.Token).ConfigureAwait(false);
        }
        finally
        {
            _gate.Leave();
        }

        switch (outcome)
        {
            case HandshakeOutcome.Established established:
                PeerLink link = established.Link;
                Admission admission = Admit(link);
                await WorkAsync(admission, () => link.TryWriteAsync(FrameKind.Hello, _handshake.OwnHello(ListenAddress), either.Token))
                    .ConfigureAwait(false);
                break;
            case HandshakeOutcome.Refused refused:
                _metrics.Refused(refused.Reason.ToString(), outbound: false);
                // Strangers decide how often this happens: not a line that an operator must see.
                _logger.LogDebug("An inbound connection was refused: {Reason}, {Detail}", refused.Reason, refused.Detail);
                break;
            default:
                Invariant.Unreachable<bool>("a handshake has two outcomes");
                break;
        }
    }

    private async Task DialAsync(string address)
    {
        PeerId? reserved = null;
        DisconnectReason? Reserve(PublicKey nodeKey)
        {
            PeerId peer = nodeKey.ToPeerId();
            DisconnectReason? refusal = _table.TryReserve(peer);
            if (refusal is null) reserved = peer;
            return refusal;
        }

        HandshakeOutcome outcome;
        Admission? admission = null;
        try
        {
            outcome = await _handshake.DialAsync(address, ListenAddress, Reserve, _stopping.Token).ConfigureAwait(false);
            if (outcome is HandshakeOutcome.Established established) admission = Admit(established.Link);
        }
        finally
        {
            // Before anything is told: whoever hears of it may dial again.
            if (reserved is { } peer) _table.Release(peer);
            lock (_dialsGate) _dials.Remove(address);
        }

        if (outcome is HandshakeOutcome.Refused refused) Fail(address, refused.Reason, refused.Detail);
        if (admission?.Refusal is { } refusal) Fail(address, refusal, "refused by our own table");
        if (admission is not null) await WorkAsync(admission, static () => Task.FromResult(true)).ConfigureAwait(false);
    }

    private void Fail(string address, DisconnectReason reason, string detail)
    {
        _metrics.Refused(reason.ToString(), outbound: true);
        _logger.LogInformation("Dialling {Address} failed: {Reason}, {Detail}", address, reason, detail);
        Emit(new NetworkEvent.DialFailed(address, reason, detail));
    }

    private Admission Admit(PeerLink link)
    {
        PeerSession session = new(link, _config, _budget, _time, _metrics);
        DisconnectReason? refusal = _table.TryAdmit(session, out PeerSession? replaced);
        return new Admission(session, replaced, refusal);
    }

    /// <summary>Sees a session from the table's decision to its end.</summary>
    private async Task WorkAsync(Admission admission, Func<Task<bool>> greet)
    {
        using PeerSession session = admission.Session;
        PeerLink link = session.Link;
        if (admission.Refusal is { } refusal)
        {
            if (!link.Outbound) _metrics.Refused(refusal.ToString(), outbound: false);
            _logger.LogInformation("A connection with {Peer} was refused: {Reason}", session.Peer, refusal);
            await link.CloseAsync(refusal, _config.LingerTimeout).ConfigureAwait(false);
            return;
        }

        try
        {
            if (admission.Replaced is { } replaced)
            {
                replaced.Close(DisconnectReason.DuplicateConnection);
                await replaced.Completion.ConfigureAwait(false);
            }

            if (await greet().ConfigureAwait(false)) await ServeFramesAsync(session).ConfigureAwait(false);
            else await link.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _table.Remove(session);
            session.Complete();
        }
    }

    private async Task ServeFramesAsync(PeerSession session)
    {
        PeerLink link = session.Link;
        _metrics.Opened();
        _logger.LogInformation("Connected with {Role} {Peer} at {Address}", link.Role, session.Peer, link.Address);
        DisconnectReason reason = DisconnectReason.Closed;
        try
        {
            if (_stopping.IsCancellationRequested) session.Close(DisconnectReason.Closed);
            Emit(new NetworkEvent.Connected(session.Peer, link.NodeKey.AsSpan().ToArray(), link.Role, link.Address, link.Outbound));
            reason = await session.RunAsync((frameClass, frame, _) =>
            {
                Emit(new NetworkEvent.Received(session.Peer, frameClass, frame));
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
        }
        finally
        {
            _table.Remove(session);
            _metrics.Closed(reason);
            _logger.LogInformation("Disconnected from {Peer}: {Reason}", session.Peer, reason);
            Emit(new NetworkEvent.Disconnected(session.Peer, reason));
        }
    }

    private async Task KeepAliveAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await DelayAsync(_config.KeepAliveInterval / 4).ConfigureAwait(false);
            foreach (PeerSession session in _table.Snapshot()) session.Tick();
        }
    }

    /// <summary>Ends early, without a fuss, when the network stops.</summary>
    private async Task DelayAsync(Duration length) =>
        await Task.Delay(length.ToTimeSpan(), _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Emit(NetworkEvent happened)
    {
        Invariant.Holds(_sink is not null);
        _sink(happened);
    }

    /// <summary>The table's decision about a link: null for the refusal means that the session stands.</summary>
    private sealed record Admission(PeerSession Session, PeerSession? Replaced, DisconnectReason? Refusal);
}
