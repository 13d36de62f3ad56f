using System.Collections.Immutable;

namespace NodeRuntime.Api;

// How a peer's machine stands under its controls: for whoever runs the peer.

/// <param name="Level">What the peer's word about its machine is worth: None, Unprivileged, Privileged, MeasuredKernel, MeasuredBoot.</param>
/// <param name="Sources">What it hears; in <paramref name="Missing"/> what it does not, and why.</param>
/// <param name="Root">Of the state tree, as in its heartbeats; hexadecimal.</param>
/// <param name="Things">That are known.</param>
/// <param name="Edges">Number of the last.</param>
/// <param name="Alerts">Edges into bad or unknown since the watch began; likewise <paramref name="Losses"/>, times at which it could not say what happened.</param>
public sealed record PostureAnswer(
    string Level, ImmutableArray<string> Sources, ImmutableArray<string> Missing, string Root, int Things, ulong Edges, ulong Alerts, ulong Losses,
    ImmutableArray<PostureControlAnswer> Controls)
{
    /// <summary>What other peers showed of their machines when they were challenged; null in a peer that asks and answers nobody.</summary>
    public PostureChallengesAnswer? Challenges { get; init; }
}

/// <summary>Since the peer started. What was asked is proven, unanswered, declined or failed, or still open.</summary>
/// <param name="Contradictions">Peers that signed two things of one second.</param>
/// <param name="Unasked">Answers to no open challenge, late ones among them; nothing follows from them.</param>
/// <param name="Answered">Of others' challenges; likewise <paramref name="Refused"/>.</param>
public sealed record PostureChallengesAnswer(
    ulong Asked, ulong Proven, ulong Unanswered, ulong Declined, ulong Failed, ulong Contradictions, ulong Unasked, ulong Answered, ulong Refused,
    ImmutableArray<PostureChallengedAnswer> Peers);

/// <summary>A peer that was challenged.</summary>
/// <param name="Verdict">Of its last challenge by name, or that for which it stays bad.</param>
/// <param name="Why">Where it declined, by name; else empty.</param>
/// <param name="Root">Of its machine's state, and <paramref name="Policy"/> what it says that it is held against, as last proven; hexadecimal, empty before.</param>
public sealed record PostureChallengedAnswer(string Peer, string State, string Verdict, string Why, string At, string Root, string Policy, ulong Things);

/// <param name="State">Good, Bad or Unknown.</param>
/// <param name="Since">In UTC; the earliest moment at which it may have come to stand so.</param>
/// <param name="Bad">Things that are bad now, of <paramref name="Things"/>; likewise <paramref name="Unknown"/>.</param>
public sealed record PostureControlAnswer(
    string Id, string Title, string Class, string Path, string Rule, string Maps, string State, string Since, int Bad, int Unknown, int Things);

/// <param name="Next">To go on from.</param>
public sealed record PostureEdgesAnswer(ImmutableArray<PostureEdgeAnswer> Edges, ulong Next);

/// <summary>A thing of a control, or where the path is empty what the control sees at all, went from one state to another.</summary>
/// <param name="Process">Who did it, where that is known; likewise user and program.</param>
/// <param name="Began">Of an edge out of bad or unknown: since when that may have been so.</param>
/// <param name="Since">The earliest moment at which this may have happened; <paramref name="At"/> is when it was seen.</param>
/// <param name="Content">SHA-256 of the record: the content of the event in the calendar, hexadecimal.</param>
/// <param name="Record">base64.</param>
public sealed record PostureEdgeAnswer(
    ulong Number, string Control, string Class, string Path, string From, string To, string Cause, int? Process, uint? User, string? Program, string? Began, string Since,
    string At, string Level, string Content, string Record);

/// <summary>One thing of the machine's state, to be verified against the state root of a heartbeat.</summary>
/// <param name="Leaf">RFC 9162's hash of [1, 330, class, path, SHA-256 of the value].</param>
/// <param name="Path">Of the proof, from the leaf upwards.</param>
public sealed record PostureProofAnswer(string Class, string Name, string Value, string Leaf, string Root, ulong Size, ulong Index, ImmutableArray<string> Path);
