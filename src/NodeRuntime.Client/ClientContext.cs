using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Client;

/// <summary>
/// Whom a client asks and what it trusts: any gateways, and one genesis hash. The gateways are trusted with nothing: what
/// they say of the ledger is believed with its proof alone.
/// </summary>
/// <param name="Contacts">Base addresses of gateways' HTTP APIs, asked in this order.</param>
/// <param name="Chain">The genesis hash: the one thing to get from somebody you trust.</param>
public sealed record ClientContext(ImmutableArray<Uri> Contacts, ChainId Chain)
{
    /// <summary>A gateway that takes longer is passed over.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The greatest age of a header that is still taken for news. An idle chain makes a block every two seconds; a minute
    /// forgives a slow clock and a slow quorum, and bounds how long a gateway can show an old balance.
    /// </summary>
    public Duration HeaderAgeMax { get; init; } = Duration.FromSeconds(60);

    /// <summary>
    /// How often another contact than the one in use is asked how far the chain is: what it proves, the one in use may not go behind.
    /// With a single contact, <see cref="HeaderAgeMax"/> alone bounds how old an answer can be.
    /// </summary>
    public TimeSpan WitnessInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Where the seals that were verified are kept between two runs, and the proof of a fork; null to keep nothing. A client that keeps them
    /// cannot be shown a history by validators who left long ago.
    /// </summary>
    public string? TrustFolder { get; init; }

    /// <summary>Between two looks at a record that is waited for: finer than the shortest block.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long a transaction may take until the ledger shows it.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(30);
}
