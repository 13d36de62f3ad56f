using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Duties;

/// <summary>What is said of one more report, in the order of the checks.</summary>
public enum DutyReportVerdict
{
    Accepted,
    WrongSubject,

    /// <summary>The reporter was not drawn for it.</summary>
    NotDrawn,

    /// <summary>The reporter has spoken already; the first word counts.</summary>
    Duplicate,
}

/// <summary>What the drawn verifiers found together.</summary>
public enum DutyOutcome
{
    /// <summary>No finding has a majority of the drawn; at the deadline it counts as nothing, neither for nor against the peer.</summary>
    Undecided,
    Passed,
    Failed,
    Missing,
}

/// <summary>The words of the drawn verifiers on one subject: the majority of all that were drawn decides.</summary>
public sealed record DutyTally(Hash256 Subject, ImmutableArray<PeerId> Drawn)
{
    private ImmutableSortedDictionary<PeerId, DutyFinding> Findings { get; init; } = ImmutableSortedDictionary<PeerId, DutyFinding>.Empty;

    public DutyOutcome Outcome
    {
        get
        {
            int passed = 0, failed = 0, missing = 0;
            foreach (DutyFinding finding in Findings.Values)
            {
                if (finding == DutyFinding.Passed) passed++;
                else if (finding == DutyFinding.Failed) failed++;
                else missing++;
            }

            if (2 * passed > Drawn.Length) return DutyOutcome.Passed;
            if (2 * failed > Drawn.Length) return DutyOutcome.Failed;
            return 2 * missing > Drawn.Length ? DutyOutcome.Missing : DutyOutcome.Undecided;
        }
    }

    public DutyReportVerdict TryAdd(DutyReport report, out DutyTally tally)
    {
        tally = this;
        if (report.Subject != Subject) return DutyReportVerdict.WrongSubject;
        if (!Drawn.Contains(report.Verifier)) return DutyReportVerdict.NotDrawn;
        if (Findings.ContainsKey(report.Verifier)) return DutyReportVerdict.Duplicate;
        tally = this with { Findings = Findings.Add(report.Verifier, report.Finding) };
        return DutyReportVerdict.Accepted;
    }
}
