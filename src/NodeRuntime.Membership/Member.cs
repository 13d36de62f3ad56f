using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>A known member: its newest record and when it was heard of.</summary>
internal sealed class Member(MemberRecord record, PeerId? introducer, Instant now)
{
    public MemberRecord Record { get; set; } = record;

    public MemberState State { get; set; } = MemberState.Alive;

    /// <summary>Who told us of it; null once it was connected with us itself.</summary>
    public PeerId? Introducer { get; set; } = introducer;

    /// <summary>Whether its silence is a sign: it was connected with us and has not left since.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Heard by ourselves: only this is vouched for to others, or two peers could keep a dead one alive by rumour.</summary>
    public Instant HeardDirectlyAt { get; set; } = Instant.Epoch;

    public Instant HeardAt { get; set; } = now;

    public Instant SuspectedAt { get; set; }

    public Instant NextInquiryAt { get; set; } = now;

    public Duration RoundTrip { get; set; }
}
