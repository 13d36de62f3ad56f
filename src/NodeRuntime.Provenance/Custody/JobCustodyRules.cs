using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Custody;

/// <summary>What is said of a custody beside a job's receipt, in the order of the checks.</summary>
public enum JobCustodyVerdict
{
    Accepted,

    /// <summary>No event of the provider that was paid says that a piece of the job was received.</summary>
    PieceNotReceived,

    /// <summary>No event says that this module was run behind all pieces.</summary>
    NotProcessed,

    /// <summary>No event says that this result came of the run.</summary>
    NoResult,

    /// <summary>No event says that the result was sent.</summary>
    NotSent,

    /// <summary>Behind the sending stands an event of another peer.</summary>
    ForeignPeer,

    /// <summary>Behind the sending stands an event that is about none of the job's pieces, nor its result.</summary>
    ForeignContent,
}

/// <summary>
/// Whether the events of a custody are the way of this job: every piece received, all of them behind the run of this module, the run behind the result, and
/// the result behind its sending, all at the provider that was paid. A subject is opened with the digests that the receipt holds, so that no event of
/// another job passes. What came after the sending, or stands beside the way, is none of the job's.
/// </summary>
public static class JobCustodyRules
{
    /// <param name="issuers">Whose event each node is, in the graph's order; null where no receipt says so.</param>
    public static JobCustodyVerdict Check(CustodyGraph graph, ImmutableArray<PublicKey?> issuers, JobStatement job)
    {
        foreach ((string _, Hash256 piece) in PiecesOf(job))
        {
            if (Find(graph, EventKind.Receive, piece, []) is null) return JobCustodyVerdict.PieceNotReceived;
        }

        if (FindRun(graph, job) is not { } run) return JobCustodyVerdict.NotProcessed;
        if (Find(graph, EventKind.ProcessOutput, job.Result, [run]) is not { } made) return JobCustodyVerdict.NoResult;
        if (Find(graph, EventKind.Send, job.Result, [made]) is not { } sent) return JobCustodyVerdict.NotSent;
        SortedSet<int> way = BehindOf(graph, sent);
        way.Add(sent);
        foreach (int at in way)
        {
            if (issuers[at] is { } key && KeyPolicy.Single(key).ToAccountId() != job.Provider) return JobCustodyVerdict.ForeignPeer;
        }

        foreach (int at in way)
        {
            if (RoleOf(graph.Nodes[at].Event, job).Length == 0) return JobCustodyVerdict.ForeignContent;
        }

        return JobCustodyVerdict.Accepted;
    }

    /// <summary>What each event is about, in the graph's order: "module", "input 1", "standard input", "result"; empty where the receipt does not open it.</summary>
    public static ImmutableArray<string> RolesOf(CustodyGraph graph, JobStatement job)
    {
        ImmutableArray<string>.Builder roles = ImmutableArray.CreateBuilder<string>(graph.Nodes.Length);
        foreach (CustodyNode node in graph.Nodes) roles.Add(RoleOf(node.Event, job));
        return roles.MoveToImmutable();
    }

    private static string RoleOf(EventLeaf leaf, JobStatement job)
    {
        if (leaf.Subject == RecordHash.Subject(leaf.Salt, job.Result)) return "result";
        foreach ((string name, Hash256 piece) in PiecesOf(job))
        {
            if (leaf.Subject == RecordHash.Subject(leaf.Salt, piece)) return name;
        }

        return string.Empty;
    }

    private static IEnumerable<(string Name, Hash256 Content)> PiecesOf(JobStatement job)
    {
        yield return ("module", job.Module);
        for (int i = 0; i < job.Inputs.Length; i++) yield return (string.Create(System.Globalization.CultureInfo.InvariantCulture, $"input {i + 1}"), job.Inputs[i]);
        if (job.StandardInput is { } input) yield return ("standard input", input);
    }

    // A run that has every piece behind it: one that was begun with less is none of this job's.
    private static int? FindRun(CustodyGraph graph, JobStatement job)
    {
        for (int i = 0; i < graph.Nodes.Length; i++)
        {
            if (!IsAbout(graph.Nodes[i].Event, EventKind.ProcessInput, job.Module)) continue;
            SortedSet<int> before = BehindOf(graph, i);
            bool hasAll = true;
            foreach ((string _, Hash256 piece) in PiecesOf(job))
            {
                bool isThere = false;
                foreach (int at in before) isThere |= IsAbout(graph.Nodes[at].Event, EventKind.Receive, piece);
                hasAll &= isThere;
            }

            if (hasAll) return i;
        }

        return null;
    }

    // The last of its kind about a content that has these behind it.
    private static int? Find(CustodyGraph graph, EventKind kind, Hash256 content, ImmutableArray<int> behind)
    {
        for (int i = graph.Nodes.Length - 1; i >= 0; i--)
        {
            if (!IsAbout(graph.Nodes[i].Event, kind, content)) continue;
            SortedSet<int> before = BehindOf(graph, i);
            bool hasAll = true;
            foreach (int at in behind) hasAll &= before.Contains(at);
            if (hasAll) return i;
        }

        return null;
    }

    private static bool IsAbout(EventLeaf leaf, EventKind kind, Hash256 content) => leaf.Kind == kind && leaf.Subject == RecordHash.Subject(leaf.Salt, content);

    private static SortedSet<int> BehindOf(CustodyGraph graph, int node)
    {
        SortedSet<int> behind = [];
        Stack<int> open = new(graph.Nodes[node].Parents);
        while (open.TryPop(out int at))
        {
            if (!behind.Add(at)) continue;
            foreach (int parent in graph.Nodes[at].Parents) open.Push(parent);
        }

        return behind;
    }
}
