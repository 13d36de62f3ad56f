using System;
using System.Globalization;
using NodeRuntime.Posture;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.Observing;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Runtime.Posture;

/// <summary>
/// Edges of uses as edges of posture, and back: one record, one numbering, one stream for whoever listens. The control is the class; the path is
/// <c>RULE/ACTOR/NUMBER</c>, the number that of the event which opened the interval, and empty of the class as a whole.
/// </summary>
public static class UseEdges
{
    private static readonly (UseCause Use, EdgeCause Edge, string Word)[] Causes =
    [
        (UseCause.Kind, EdgeCause.UseOfKind, "kind"),
        (UseCause.Actor, EdgeCause.UseByActor, "actor"),
        (UseCause.Module, EdgeCause.UseByModule, "module"),
        (UseCause.Zone, EdgeCause.UseInZone, "zone"),
        (UseCause.Hours, EdgeCause.UseAtHour, "hours"),
        (UseCause.ClassUnknown, EdgeCause.UseOfUnknownClass, "class"),
        (UseCause.ListMissing, EdgeCause.UseWithoutList, "list"),
        (UseCause.EventsMissed, EdgeCause.EventsMissed, "events"),
        (UseCause.Crowded, EdgeCause.Crowded, "crowd"),
        (UseCause.Quiet, EdgeCause.Quiet, "quiet"),
    ];

    /// <summary>Without its number.</summary>
    public static PostureEdge ToPosture(UseEdge edge)
    {
        string path = edge.Actor is { } actor ? string.Create(CultureInfo.InvariantCulture, $"{WordOf(edge.Rule)}/{actor}/{edge.Number}") : string.Empty;
        EdgeCause by = Array.Find(Causes, it => it.Use == edge.By).Edge;
        return new PostureEdge(
            0, edge.Class, ThingClass.Use, path, StateOf(edge.From), StateOf(edge.To), by, null, edge.Began, edge.Since, edge.At, AgentLevel.None);
    }

    /// <summary>Null for an edge that is about no use.</summary>
    public static UseEdge? OfPosture(PostureEdge edge)
    {
        if (edge.Class != ThingClass.Use) return null;
        UseCause by = Array.Find(Causes, it => it.Edge == edge.By).Use;
        if (edge.Path.Length == 0) return new UseEdge(edge.Control, null, 0, by, StateOf(edge.From), StateOf(edge.To), by, edge.Began, edge.Since, edge.At);
        string[] parts = edge.Path.Split('/');
        Invariant.Holds(parts.Length == 3);
        Invariant.Holds(Hash256.TryParse(parts[1], out Hash256 actor));
        Invariant.Holds(ulong.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number));
        UseCause rule = Array.Find(Causes, it => it.Word == parts[0]).Use;
        return new UseEdge(edge.Control, actor, number, rule, StateOf(edge.From), StateOf(edge.To), by, edge.Began, edge.Since, edge.At);
    }

    public static ControlState StateOf(UseState state) => state switch
    {
        UseState.Expected => ControlState.Good,
        UseState.Unexpected => ControlState.Bad,
        UseState.Unknown => ControlState.Unknown,
    };

    private static UseState StateOf(ControlState state) => state switch
    {
        ControlState.Good => UseState.Expected,
        ControlState.Bad => UseState.Unexpected,
        ControlState.Unknown => UseState.Unknown,
    };

    private static string WordOf(UseCause cause) => Array.Find(Causes, it => it.Use == cause).Word;
}
