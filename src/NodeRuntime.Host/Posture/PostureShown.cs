using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using NodeRuntime.Api;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Posture.Challenges;

namespace NodeRuntime.Host.Posture;

/// <summary>Standings and edges as the API and the command line show them.</summary>
public static class PostureShown
{
    /// <param name="uses">How classes of data stand: they are shown as controls of class <c>use</c>.</param>
    /// <param name="challenges">Null in a peer that asks and answers nobody.</param>
    public static PostureAnswer Of(PostureSummary summary, ImmutableArray<UseStanding> uses, ChallengeStatus? challenges)
    {
        PostureAnswer answer = Of(summary);
        return answer with { Controls = [.. answer.Controls, .. uses.Select(Of)], Challenges = challenges is null ? null : Of(challenges) };
    }

    private static PostureChallengesAnswer Of(ChallengeStatus status) => new(
        status.Asked, status.Proven, status.Unanswered, status.Declined, status.Failed, status.Contradictions, status.Unasked, status.Answered, status.Refused,
        [.. status.Peers.Select(static it => new PostureChallengedAnswer(
            it.Peer.ToString(), it.State.ToString(), it.Verdict.ToString(), it.Why?.ToString() ?? string.Empty, Time(it.At), it.Root?.ToString() ?? string.Empty,
            it.Policy?.ToString() ?? string.Empty, it.Things))]);

    public static PostureAnswer Of(PostureSummary summary) => new(
        summary.Sight.Level.ToString(), summary.Sight.Sources, summary.Sight.Missing, summary.Root.ToString(), summary.Things, summary.Edges, summary.Alerts, summary.Losses,
        [.. summary.Controls.Select(Of)]);

    public static PostureEdgeAnswer Of(PostureEdge edge) => new(
        edge.Number, edge.Control, ThingClassWords.Of(edge.Class), edge.Path, edge.From.ToString(), edge.To.ToString(), edge.By.ToString(), edge.Who?.Process, edge.Who?.User,
        edge.Who?.Program, edge.Began is { } began ? Time(began) : null, Time(edge.Since), Time(edge.At), edge.Level.ToString(), edge.Content.ToString(),
        Convert.ToBase64String(edge.Encode()));

    private static PostureControlAnswer Of(ControlStanding standing) => new(
        standing.Control.Id, standing.Control.Title, ThingClassWords.Of(standing.Control.Class), standing.Control.Pattern.Text, WordOf(standing.Control.Rule),
        standing.Control.Maps, standing.State.ToString(), Time(standing.Since), standing.Bad, standing.Unknown, standing.Things);

    private static PostureControlAnswer Of(UseStanding standing) => new(
        standing.Id, standing.Title, ThingClassWords.Of(ThingClass.Use), string.Empty, "expected-use", string.Empty, UseEdges.StateOf(standing.State).ToString(),
        Time(standing.Since), standing.Unexpected, standing.Unknown, (int)ulong.Min(standing.Uses, int.MaxValue));

    private static string WordOf(ControlRule rule) => rule switch
    {
        ControlRule.AsBaseline { IsOpen: true } => "open-baseline",
        ControlRule.AsBaseline => "baseline",
        ControlRule.Absent => "absent",
        ControlRule.OneOf => "one-of",
        ControlRule.Only => "only",
        ControlRule.Permissions => "permissions",
        _ => Invariant.Unreachable<string>("rules are a closed family"),
    };

    /// <summary>With milliseconds: what is recorded here is often no longer than that.</summary>
    private static string Time(Instant instant) =>
        DateTime.UnixEpoch.AddTicks(instant.Microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
