using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>What is known of a member, for routing and for people.</summary>
/// <param name="RoundTrip">Smoothed; zero where it was never measured.</param>
/// <param name="HeardAt">The last sign of life, ours or of those that we asked.</param>
public sealed record MemberStatus(MemberRecord Record, MemberState State, bool IsConnected, Duration RoundTrip, Instant HeardAt);
