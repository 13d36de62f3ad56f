using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>Everything that the machine of challenges may be told.</summary>
public abstract record ChallengeInput
{
    private ChallengeInput()
    {
    }

    public sealed record Connected(PeerId Peer, PublicKey Key) : ChallengeInput;

    public sealed record Left(PeerId Peer, Instant Now) : ChallengeInput;

    public sealed record Heard(PeerId From, ChallengeMessage Message, Instant Now) : ChallengeInput;

    /// <summary>What <see cref="ChallengeEffect.Look"/> asked for.</summary>
    public sealed record Read(PostureReading Reading, Instant Now) : ChallengeInput;

    /// <summary>A second of this peer is over and durable: it may be told.</summary>
    public sealed record Told(ClosedSecond Second, Instant Now) : ChallengeInput;

    /// <summary>Elsewhere it was proven that a peer signed two seconds of one round.</summary>
    /// <param name="Covers">What it signed until then.</param>
    public sealed record Convicted(PeerId Peer, Instant Covers, Instant Now) : ChallengeInput;

    /// <summary>Every second.</summary>
    public sealed record Ticked(Instant Now) : ChallengeInput;
}
