using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Network.Certificates;
using NodeRuntime.Network.Frames;
using NodeRuntime.Network.Handshakes;
using NodeRuntime.Network.Sessions;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>
/// Connects to one peer at a time, without listening: how a cluster client reaches a provider. The same handshake, frames and
/// limits as between peers; the certificate's role is the configuration's, for a client <see cref="PeerRole.Client"/>.
/// A peer keeps one connection with each key: two processes that connect at once need two keys.
/// </summary>
public sealed class PeerDialer : IDisposable
{
    private readonly NetworkConfig _config;
    private readonly TimeProvider _time;
    private readonly CertificateSource _certificates;
    private readonly Handshake _handshake;
    private readonly NetworkMetrics _metrics = new();
    private readonly SendBudget _budget;

    public PeerDialer(NetworkConfig config, ISigner signer, ISignatureVerifier verifier, ChainId chain, TimeProvider time)
    {
        _config = config;
        _time = time;
        _certificates = new CertificateSource(signer, chain, config.Role, config.CertificateLifetime);
        CertificateRules rules = new(verifier, chain, signer.PublicKey.ToPeerId());
        _handshake = new Handshake(config, _certificates, rules, chain, config.Role, time);
        _budget = new SendBudget(config.SendBytesMax);
    }

    /// <param name="expected">Who must be there; anyone else is refused by name (CertificateRefused).</param>
    public async Task<DialOutcome> ConnectAsync(string address, PeerId? expected, CancellationToken cancellation)
    {
        HandshakeOutcome outcome = await _handshake.DialAsync(
            address,
            listenAddress: string.Empty,
            nodeKey => expected is { } peer && nodeKey.ToPeerId() != peer ? DisconnectReason.CertificateRefused : null,
            cancellation).ConfigureAwait(false);
        return outcome switch
        {
            HandshakeOutcome.Established established => new DialOutcome.Connected(
                new PeerConnection(new PeerSession(established.Link, _config, _budget, _time, _metrics), _config, _time)),
            HandshakeOutcome.Refused refused => new DialOutcome.Failed(refused.Reason, refused.Detail),
            _ => Invariant.Unreachable<DialOutcome>("a handshake has two outcomes"),
        };
    }

    public void Dispose()
    {
        _certificates.Dispose();
        _metrics.Dispose();
    }
}

public abstract record DialOutcome
{
    private DialOutcome()
    {
    }

    public sealed record Connected(PeerConnection Connection) : DialOutcome;

    public sealed record Failed(DisconnectReason Reason, string Detail) : DialOutcome;
}
