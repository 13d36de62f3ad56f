using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Api;
using Spectre.Console;

namespace NodeRuntime.Cli.Verbs;

/// <summary>A peer's actors as a tree, from the paths that it reports, with what each is doing.</summary>
internal static class ActorTree
{
    /// <param name="before">The same a while ago, for a rate; empty for none.</param>
    /// <param name="elapsed">That while.</param>
    public static Table Draw(ImmutableArray<SupervisorAnswer> actors, ImmutableArray<SupervisorAnswer> before, TimeSpan elapsed)
    {
        bool hasRates = !before.IsDefaultOrEmpty && elapsed > TimeSpan.Zero;
        SortedDictionary<string, long> processed = new(StringComparer.Ordinal);
        foreach (SupervisorAnswer actor in hasRates ? before : []) processed[actor.Path] = actor.Processed;

        Table table = Display.NewTable("actor", "state", "mailbox", "processed", hasRates ? "per second" : "", "shed", "restarts", "last failure");
        for (int i = 0; i < actors.Length; i++)
        {
            SupervisorAnswer actor = actors[i];
            string rate = hasRates ? Rate(actor.Processed - processed.GetValueOrDefault(actor.Path), elapsed) : "";
            table.AddRow(
                new Text(Branch(actors, i)), new Text(actor.State, StyleOf(actor)), Number(actor.Mailbox), Number(actor.Processed), Right(rate),
                Number(actor.Shed), Number(actor.Restarts), new Text(actor.LastFailure));
        }

        return table;
    }

    /// <summary>The branch and the name: depth first, as the peer reports them.</summary>
    public static string Branch(ImmutableArray<SupervisorAnswer> actors, int at)
    {
        string path = actors[at].Path;
        int depth = Depth(path);
        if (depth == 0) return path;
        string branch = (HasLaterSibling(actors, at, depth) ? "├─ " : "└─ ") + path[(path.LastIndexOf('/') + 1)..];
        for (int level = depth - 1; level > 0; level--) branch = (HasLaterSibling(actors, at, level) ? "│  " : "   ") + branch;
        return branch;
    }

    // Whether another actor of this depth follows before the tree climbs above it.
    private static bool HasLaterSibling(ImmutableArray<SupervisorAnswer> actors, int at, int depth)
    {
        for (int i = at + 1; i < actors.Length; i++)
        {
            int other = Depth(actors[i].Path);
            if (other < depth) return false;
            if (other == depth) return true;
        }

        return false;
    }

    private static int Depth(string path)
    {
        if (path == "/") return 0;
        int depth = 0;
        foreach (char letter in path)
        {
            if (letter == '/') depth++;
        }

        return depth;
    }

    private static string Rate(long count, TimeSpan elapsed) => (Math.Max(0, count) / elapsed.TotalSeconds).ToString("N0", CultureInfo.InvariantCulture);

    private static Style StyleOf(SupervisorAnswer actor) =>
        new(actor.State != "Running" ? Color.Red : actor.Restarts > 0 ? Color.Yellow : Color.Default);

    private static Text Number(long value) => Right(value.ToString("N0", CultureInfo.InvariantCulture));

    private static Text Right(string text) => new Text(text).RightJustified();
}
