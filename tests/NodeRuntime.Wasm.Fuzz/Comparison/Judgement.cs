using System;
using System.Collections.Generic;
using NodeRuntime.Wasm.Fuzz.Execution;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>What the comparison of one module came to.</summary>
internal enum Agreement
{
    /// <summary>Both engines ran it to the end of the plan and wrote the same.</summary>
    Alike,

    /// <summary>Both refused it.</summary>
    BothRefused,

    /// <summary>We refuse it by the name of a feature or of a limit; what the other does is no matter.</summary>
    RefusedByName,

    /// <summary>Valid, but it imports what the harness does not offer.</summary>
    NotLinked,

    /// <summary>Alike up to a limit of one of the engines.</summary>
    Inconclusive,

    Different,
}

/// <param name="Detail">For a difference, the first line that differs; for an inconclusive run, which limit.</param>
internal sealed record Judgement(Agreement Agreement, string Detail)
{
    public static Judgement OfAcceptance(ModuleLoad load, ReferenceAnswer answer)
    {
        bool refused = answer.Refusal.Length > 0;
        switch (load.Verdict)
        {
            case ModuleVerdict.Unsupported or ModuleVerdict.LimitExceeded:
                return new Judgement(Agreement.RefusedByName, load.Verdict.ToString());
            case ModuleVerdict.Malformed or ModuleVerdict.Invalid:
                return refused
                    ? new Judgement(Agreement.BothRefused, "")
                    : new Judgement(Agreement.Different, "refused (" + load.Verdict + ", " + load.Detail + "), and V8 accepts");
            default:
                return refused
                    ? new Judgement(Agreement.Different, "accepted, and V8 refuses: " + answer.Refusal)
                    : new Judgement(Agreement.Alike, "");
        }
    }

    /// <summary>Our own two agree in all, limits and fuel among it.</summary>
    public static Judgement OfExecutors(Transcript compiled, Transcript stepped)
    {
        for (int i = 0; i < compiled.Lines.Count || i < stepped.Lines.Count; i++)
        {
            string one = i < compiled.Lines.Count ? compiled.Lines[i] : "(end)";
            string other = i < stepped.Lines.Count ? stepped.Lines[i] : "(end)";
            if (one != other) return new Judgement(Agreement.Different, "line " + i + ": compiled '" + one + "', stepped '" + other + "'");
        }

        for (int i = 0; i < compiled.Fuel.Count; i++)
        {
            if (compiled.Fuel[i] == stepped.Fuel[i]) continue;
            return new Judgement(Agreement.Different, "fuel of part " + i + ": compiled " + compiled.Fuel[i] + ", stepped " + stepped.Fuel[i]);
        }

        return new Judgement(Agreement.Alike, "");
    }

    public static Judgement OfRuns(IReadOnlyList<string> ours, IReadOnlyList<string> theirs)
    {
        for (int i = 0; i < ours.Count || i < theirs.Count; i++)
        {
            string our = i < ours.Count ? ours[i] : "(end)";
            string their = i < theirs.Count ? theirs[i] : "(end)";
            // The other was asked only for what we finished: where we stopped, its transcript ends.
            if (our.StartsWith(Transcript.Limit, StringComparison.Ordinal)) return new Judgement(Agreement.Inconclusive, our);
            if (their.StartsWith(Transcript.Limit, StringComparison.Ordinal)) return new Judgement(Agreement.Inconclusive, "V8: " + their);
            if (our == their) continue;
            // A call that we could not finish is not asked for at all.
            if (their == "(end)" && ours[^1].StartsWith(Transcript.Limit, StringComparison.Ordinal)) return new Judgement(Agreement.Inconclusive, ours[^1]);
            return new Judgement(Agreement.Different, "line " + i + ": ours '" + our + "', V8 '" + their + "'");
        }

        return new Judgement(Agreement.Alike, "");
    }
}
