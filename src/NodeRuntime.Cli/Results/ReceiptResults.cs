using System.Collections.Immutable;

namespace NodeRuntime.Cli.Results;

internal sealed record ReceiptGetResult(string Id, string File, int Bytes);

/// <param name="Verdict">OK, INCONCLUSIVE or REFUSED.</param>
/// <param name="Reason">The rule that decided.</param>
/// <param name="Receipt">What the receipt says; null where its bytes are no receipt.</param>
/// <param name="Rerun">Null where no re-execution was asked for.</param>
/// <param name="Custody">What the provider entered of the job; null where there is no such file.</param>
internal sealed record ReceiptVerifyResult(string Verdict, string Reason, string? TrustedGenesis, ReceiptFacts? Receipt, RerunResult? Rerun, CustodyFacts? Custody);

internal sealed record ReceiptFacts(
    string Chain,
    string Order,
    string Lease,
    string Owner,
    string Provider,
    string Module,
    ImmutableArray<string> Inputs,
    string Outcome,
    int ExitCode,
    ulong FuelUsed,
    string ResultHash,
    string ReadyAt,
    string ResultAt,
    uint ChargedSeconds,
    string Paid,
    string Refunded,
    ulong BlockHeight);

/// <param name="Due">When the events are in the calendar at the latest, UTC.</param>
internal sealed record EventAddResult(string Peer, string Due, ImmutableArray<EventAdded> Events);

/// <param name="Leaf">What later events name as parent.</param>
/// <param name="State">Of the receipt in the file: PROMISED, or ROUND where it was followed so far.</param>
internal sealed record EventAdded(ulong Id, string Content, string Leaf, string File, string State);

/// <param name="Verdict">OK, INCONCLUSIVE or REFUSED.</param>
/// <param name="Code">The number of <paramref name="Reason"/> in docs/provenance-format.md; 0 for none.</param>
/// <param name="Content">Whether the event is about the file that was named; null where none was.</param>
internal sealed record EventVerifyResult(string Verdict, string Reason, int Code, string? TrustedGenesis, bool? Content, EventReceiptFacts? Receipt);

/// <param name="Second">In which it was entered, UTC; empty while it is in none.</param>
/// <param name="Due">Of a promise.</param>
/// <param name="MachineState">Of the peer in that second; none where it does not watch its machine.</param>
/// <param name="EventsBeside">In the same second of the same peer, itself among them.</param>
internal sealed record EventReceiptFacts(
    string State, string Peer, string Kind, ulong Id, string Leaf, string Time, string Actor, string Zone, ImmutableArray<string> Parents, string Decision,
    string Second, string Due, string MachineState, string Policy, ulong EventsBeside);

/// <param name="Was">The state before; <paramref name="Is"/> the one now.</param>
/// <param name="Result">What the verifier says of it now.</param>
/// <param name="Publication">Where the proof of the calendar's root was written; null where none was needed.</param>
/// <param name="Day">Of that root.</param>
/// <param name="Due">Of a receipt that was PROMISED: the last second in which its event was to be entered, in seconds since 1970.</param>
/// <param name="Entered">The one in which it was.</param>
/// <param name="SecondsLate">0 where the promise was kept.</param>
internal sealed record ReceiptExtendResult(
    string File, string Was, string Is, string Result, string? Publication, string? Day, ulong? Due, ulong? Entered, ulong? SecondsLate);

/// <param name="Verdict">PROVEN, REFUSED or INCONCLUSIVE; <paramref name="Reason"/> names why.</param>
/// <param name="Second">The last that the accused spoke of, in seconds since 1970; null of checkpoints.</param>
/// <param name="Harmed">The peer that was left out; null where the proof names nobody.</param>
internal sealed record FraudVerifyResult(string Verdict, string Reason, string? TrustedGenesis, string Kind, string Culprit, ulong? Second, string? Harmed);

internal sealed record FraudSubmitResult(string Transaction, string Culprit, string Kind);

/// <summary>A receipt's story, a sentence a line.</summary>
internal sealed record EventExplainResult(EventReceiptFacts Receipt, ImmutableArray<string> Story);

/// <param name="Differences">Empty where the run here gave the same result.</param>
internal sealed record RerunResult(bool Matches, string ResultHash, ImmutableArray<string> Differences, long Milliseconds);
