using System.Collections.Immutable;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>What became of challenges, since this peer started; published when that changes.</summary>
/// <param name="Asked">Challenges sent. Each is proven, unanswered, declined or failed, or still open.</param>
/// <param name="Unanswered">Nothing came in time, or of a second that is not now.</param>
/// <param name="Failed">Answers that did not prove what they say.</param>
/// <param name="Contradictions">Peers that signed two things of one second.</param>
/// <param name="Unasked">Answers to no open challenge; nothing follows from them. Late ones are among them.</param>
/// <param name="Answered">Of others' challenges; likewise <paramref name="Refused"/>.</param>
/// <param name="Peers">That were challenged, in the order of their ids.</param>
public sealed record ChallengeStatus(
    ulong Asked, ulong Proven, ulong Unanswered, ulong Declined, ulong Failed, ulong Contradictions, ulong Unasked, ulong Answered, ulong Refused,
    ImmutableArray<ChallengedPeer> Peers);

/// <summary>How a peer stands that was challenged.</summary>
/// <param name="Verdict">Of its last challenge, or that for which it stays bad.</param>
/// <param name="Why">Where it declined.</param>
/// <param name="At">When that came.</param>
/// <param name="Root">Of its machine's state, as last proven; null before.</param>
/// <param name="Policy">What it says that it is held against; likewise.</param>
public sealed record ChallengedPeer(
    PeerId Peer, ControlState State, ChallengeVerdict Verdict, DeclineReason? Why, Instant At, Hash256? Root, Hash256? Policy, ulong Things);
