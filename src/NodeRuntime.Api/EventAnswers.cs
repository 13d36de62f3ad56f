using System.Collections.Immutable;

namespace NodeRuntime.Api;

// What applications enter of what happens to data: digests, and never the data.

/// <summary>Events to enter, all or none. The actor is whoever signed the bearer token.</summary>
public sealed record EventsRequest(ImmutableArray<EventRequest> Events);

/// <param name="Kind">ingest, send, receive, process-input, process-output, store, read, delete and so on: the words of docs/provenance-format.md.</param>
/// <param name="Content">SHA-256 of what the event is about, hexadecimal.</param>
/// <param name="Parents">Leaf hashes of the events before it in the custody of the same data, hexadecimal.</param>
/// <param name="Zone">Two capital letters of a country, and behind a dash the site; the peer's own where it is left out.</param>
/// <param name="Class">To which class the data belong: a word. It stands in no leaf and in no receipt, and the peer holds the event against what it expects of that class.</param>
/// <param name="Module">Hash of the program that does it, hexadecimal; likewise.</param>
public sealed record EventRequest(
    string Kind, string Content, ImmutableArray<string> Parents = default, string? Zone = null, string? Class = null, string? Module = null);

/// <param name="Peer">Whose calendar numbers these are.</param>
/// <param name="Due">The second, since 1970-01-01 UTC, by which they are in the calendar.</param>
/// <param name="Events">In the order of the call.</param>
public sealed record EventsAnswer(string Peer, ulong Due, ImmutableArray<EventAnswer> Events);

/// <param name="Id">The event's number at this peer.</param>
/// <param name="Leaf">Its leaf hash: what later events name as parent.</param>
/// <param name="Receipt">In state PROMISED, base64.</param>
public sealed record EventAnswer(ulong Id, string Leaf, string Receipt);

/// <param name="Receipt">In state ROUND, base64.</param>
public sealed record EventReceiptAnswer(ulong Id, string Receipt);

/// <summary>All that a peer shows of an event. Nothing of it is to be believed but what the receipt proves.</summary>
/// <param name="Leaf">Its leaf hash, which is that of the record.</param>
/// <param name="Record">base64; empty where this peer has forgotten it.</param>
/// <param name="Receipt">base64; empty where there is none, and then <paramref name="Standing"/> says why.</param>
/// <param name="Standing">Made, Waiting (in no round yet), Forgotten or RecordForgotten.</param>
/// <param name="Children">Leaf hashes of newer events of this peer that name it as parent, as far as the asker may see them.</param>
public sealed record EventRecordAnswer(ulong Id, string Leaf, string Record, string Receipt, string Standing, ImmutableArray<string> Children);

/// <summary>What the peer that ran a job entered of it.</summary>
/// <param name="Lease">The job's newest.</param>
/// <param name="Events">Numbers at this peer, in their order.</param>
public sealed record CustodyAnswer(string Peer, string Lease, ImmutableArray<ulong> Events);

/// <summary>What outside witnesses said of the calendar's checkpoint of a size: to be put under it, and verified there.</summary>
/// <param name="Lines">Lines of a signed note.</param>
public sealed record CosignaturesAnswer(ulong Size, ImmutableArray<string> Lines);

/// <summary>How the second with an index stands in the calendar of a size. Whoever knows the root believes nobody.</summary>
/// <param name="Path">RFC 9162's path of inclusion, hashes in hexadecimal, from below.</param>
/// <param name="From">The earlier size.</param>
/// <param name="Growth">RFC 9162's proof of consistency between the two.</param>
public sealed record CalendarWayAnswer(ulong Size, ulong Index, ImmutableArray<string> Path, ulong From, ImmutableArray<string> Growth);

/// <summary>Roots of the calendar that the ledger has, oldest first.</summary>
/// <param name="Next">The day to ask for next; null where there is no more.</param>
public sealed record PublicationsAnswer(ImmutableArray<PublicationAnswer> Publications, uint? Next);

/// <summary>To be believed with its proof: the state's family Publication under <paramref name="Key"/>.</summary>
/// <param name="Day">Since 1970-01-01; <paramref name="Date"/> is the same for people.</param>
/// <param name="Size">Seconds in the calendar.</param>
/// <param name="Second">The last of them, since 1970-01-01 UTC.</param>
/// <param name="Height">Of the block that took it.</param>
/// <param name="Publisher">Whose transaction it was.</param>
public sealed record PublicationAnswer(uint Day, string Date, ulong Size, string Root, ulong Second, uint Epoch, ulong Height, string Publisher, string Key);

/// <summary>Where a peer's seconds and events stand.</summary>
/// <param name="LastClosed">Its last second that is over, since 1970-01-01 UTC; 0 for none.</param>
/// <param name="LastSettled">Its last second in the calendar.</param>
/// <param name="Taken">Events since its first.</param>
/// <param name="Settled">Of these, in the calendar.</param>
/// <param name="Promised">Events, since it started; so are those that follow.</param>
/// <param name="Repeated">Seconds whose events were entered once more.</param>
/// <param name="Children">Peers in its last round as a parent.</param>
/// <param name="CalendarSize">Seconds of the calendar that it keeps; 0 where it keeps none.</param>
public sealed record ProvenanceAnswer(
    ulong LastClosed, ulong LastSettled, ulong Taken, ulong Settled, ulong Promised, ulong Refused, ulong Repeated, int Children, ulong CalendarSize);

/// <summary>How one of an account's events stands, in a stream of them.</summary>
/// <param name="State">One of <see cref="EventStates"/>.</param>
/// <param name="Receipt">Where its receipt is, once it is in a round; empty before.</param>
public sealed record EventStateAnswer(ulong Id, string Leaf, string State, string Receipt);

/// <param name="Count">Pieces of news that a slow reader did not get: batches, rounds, events. Ask for what is followed by its number.</param>
public sealed record EventsMissedAnswer(ulong Count);

/// <summary>The states of an event, in their order.</summary>
public static class EventStates
{
    /// <summary>Durable at the peer.</summary>
    public const string Accepted = "ACCEPTED";

    /// <summary>The peer has signed by when it is in the calendar.</summary>
    public const string Promised = "PROMISED";

    /// <summary>In the calendar.</summary>
    public const string Round = "ROUND";
}
