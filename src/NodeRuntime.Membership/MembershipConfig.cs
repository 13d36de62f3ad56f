using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Membership;

/// <summary>What membership is told once: who we are, where to begin, and how patient to be.</summary>
public sealed record MembershipConfig
{
    public required ChainId Chain { get; init; }

    /// <summary>Our own addresses, host:port.</summary>
    public required ImmutableArray<string> Addresses { get; init; }

    /// <summary>Any peers of the chain: one that answers is enough.</summary>
    public required ImmutableArray<string> Seeds { get; init; }

    public MemberRoles Roles { get; init; } = MemberRoles.All;

    public string Region { get; init; } = string.Empty;

    public string? ApiAddress { get; init; }

    public string Version { get; init; } = "0.1.0";

    /// <summary>How often the supervisor should tick.</summary>
    public Duration TickInterval { get; init; } = Duration.FromMilliseconds(250);

    /// <summary>Below so many members everybody is connected with everybody: gossip is then one hop.</summary>
    public int MeshMembersMax { get; init; } = 32;

    /// <summary>In a greater network: connections kept. HyParView's five and one, which survive the loss of a third of all at once.</summary>
    public int ActiveViewTarget { get; init; } = 6;

    /// <summary>
    /// Beyond so many, validators among validators not counted, one is let go by chance: else whoever is a seed is everybody's for ever.
    /// Twice the target, so that those who come do not push out each other in turns.
    /// </summary>
    public int ActiveViewMax { get; init; } = 12;

    public int DialsMax { get; init; } = 8;

    /// <summary>The first wait before an address is dialled again; it doubles, with a quarter of jitter either way.</summary>
    public Duration BackOffMin { get; init; } = Duration.FromMilliseconds(500);

    public Duration BackOffMax { get; init; } = Duration.FromSeconds(30);

    /// <summary>The network answers every dial; this is for one that does not.</summary>
    public Duration DialPatience { get; init; } = Duration.FromSeconds(30);

    /// <summary>A connection that held so long clears its address's record of failures.</summary>
    public Duration StableAfter { get; init; } = Duration.FromSeconds(10);

    public Duration PingInterval { get; init; } = Duration.FromSeconds(1);

    /// <summary>No answer for so long, times the local health: a probe has failed.</summary>
    public Duration PingTimeout { get; init; } = Duration.FromSeconds(1);

    /// <summary>How long a member may be unheard of, by us and by those that we ask, before it is suspected (times local health).</summary>
    public Duration SuspectAfter { get; init; } = Duration.FromSeconds(5);

    /// <summary>How long a suspected member may stay so before it is counted as gone.</summary>
    public Duration LeaveAfter { get; init; } = Duration.FromSeconds(60);

    /// <summary>Peers asked about a silent member.</summary>
    public int VouchersMax { get; init; } = 3;

    /// <summary>How often we issue our record anew, and with it a sign of life for those that are not connected with us.</summary>
    public Duration RecordInterval { get; init; } = Duration.FromMinutes(5);

    /// <summary>A record not renewed for so long is forgotten, and is not taken from anyone any more.</summary>
    public Duration RecordLifetime { get; init; } = Duration.FromMinutes(30);

    /// <summary>How far a record's clock may be ahead of ours.</summary>
    public Duration ClockSkewMax { get; init; } = Duration.FromMinutes(5);

    /// <summary>How often one random peer's knowledge is compared with ours: it repairs whatever gossip lost.</summary>
    public Duration ComparisonInterval { get; init; } = Duration.FromSeconds(5);

    /// <summary>A new record goes to so many peers at once; comparison finds the rest.</summary>
    public int RecordFanOut { get; init; } = 6;

    /// <summary>A topic message goes to so many peers at each hop; below it is a flood.</summary>
    public int TopicFanOut { get; init; } = 12;

    /// <summary>A topic message older than this is dropped; ids are remembered for twice as long, so none comes twice.</summary>
    public Duration TopicLifetime { get; init; } = Duration.FromMinutes(2);

    /// <summary>A peer that does not show its record for so long is of no use.</summary>
    public Duration IntroductionPatience { get; init; } = Duration.FromSeconds(10);

    public Duration BanLength { get; init; } = Duration.FromMinutes(10);
}
