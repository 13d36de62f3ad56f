using NodeRuntime.Actors.Ports;
using NodeRuntime.Network.Certificates;

namespace NodeRuntime.Network.Handshakes;

internal abstract record HandshakeOutcome
{
    private HandshakeOutcome()
    {
    }

    public sealed record Established(PeerLink Link) : HandshakeOutcome;

    /// <summary>The socket is closed already. The certificate's verdict says more than the reason where it was the cause.</summary>
    public sealed record Refused(DisconnectReason Reason, CertificateVerdict Certificate, string Detail) : HandshakeOutcome;
}
