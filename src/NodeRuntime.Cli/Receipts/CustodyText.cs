using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Cli.Results;
using NodeRuntime.Provenance.Custody;
using Spectre.Console;

namespace NodeRuntime.Cli.Receipts;

/// <summary>A custody for people: what happened last at the top, below it what it came from. What has several children stands once in full.</summary>
internal static class CustodyText
{
    // A chain that is longer than this is listed, not indented: nobody reads a line at column 200.
    private const int IndentMax = 24;

    public static void Show(IAnsiConsole console, CustodyGraph graph, ImmutableArray<CustodyEvent> events)
    {
        foreach (string line in LinesOf(graph, events)) console.WriteLine(line);
    }

    public static IEnumerable<string> LinesOf(CustodyGraph graph, ImmutableArray<CustodyEvent> events)
    {
        SortedSet<int> told = [];
        // Depth first without recursion; what is pushed last is told first.
        Stack<(int Node, string Before, string Branch)> open = new(graph.Ends.Reverse().Select(static end => (end, string.Empty, string.Empty)));
        while (open.TryPop(out (int Node, string Before, string Branch) next))
        {
            CustodyEvent it = events[next.Node];
            bool isNew = told.Add(next.Node);
            yield return next.Before + next.Branch + LineOf(it) + (isNew ? string.Empty : "  (above)");
            if (!isNew) continue;
            string below = next.Before + (next.Branch.Length == 0 ? string.Empty : next.Branch[0] == '├' ? "│  " : "   ");
            if (below.Length > IndentMax * 3) below = string.Empty;
            foreach (string unknown in it.Unknown) yield return below + "·  " + unknown[..16] + " is not known here";
            ImmutableArray<int> parents = graph.Nodes[next.Node].Parents;
            for (int i = parents.Length - 1; i >= 0; i--) open.Push((parents[i], below, i == parents.Length - 1 ? "└─ " : "├─ "));
        }
    }

    /// <summary>Who, what, when, and what proves it, in one line.</summary>
    public static string LineOf(CustodyEvent it)
    {
        StringBuilder line = new();
        line.Append(it.Kind);
        if (it.About.Length > 0) line.Append(' ').Append(it.About).Append(' ').Append(it.Digest.AsSpan(0, 16));
        line.Append("  ").Append(it.Time);
        line.Append("  by ").Append(it.Actor.AsSpan(0, 16)).Append(" in ").Append(it.Zone);
        if (it.Operator.Length > 0) line.Append("  operator ").Append(it.Operator.AsSpan(0, 16));
        line.Append("  leaf ").Append(it.Leaf.AsSpan(0, 16));
        line.Append("  machine ").Append(it.MachineState.Length > 16 ? it.MachineState[..16] : it.MachineState);
        return line.Append("  ").Append(it.State).Append(' ').Append(it.Result).ToString();
    }
}
