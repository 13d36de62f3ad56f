using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wasm.Traces;

/// <summary>
/// The game by which two parties, each bound to a trace of one job, find the first segment in which they differ. A machine: answers and
/// deadlines go in, questions and the decision come out; it knows no time and runs no guest.
///
/// <para>First both show the start, which anybody can compute, then the end that they committed. Then the middle between the last index
/// on which they are known to agree and the first on which they are known not to, until these are neighbours. A checkpoint's link holds all
/// before it, so that agreement at one index is agreement up to there. Questions: three, and the logarithm of the trace's length.</para>
///
/// <para>Whoever does not answer, or answers what its commitment does not hold, has lost: the other's word is not needed.</para>
/// </summary>
public sealed class Bisection
{
    private readonly TraceTerms _terms;
    private readonly ITraceHasher _hasher;
    private readonly TraceCheckpoint _start;
    private readonly TraceCommitment[] _commitments;
    private readonly TraceAnswer?[] _answers = new TraceAnswer?[2];
    private Stage _stage = Stage.Start;
    private int _agreed;
    private TraceCheckpoint _agreedCheckpoint;
    private int _differs;
    private readonly TraceCheckpoint[] _differing = new TraceCheckpoint[2];

    /// <param name="start">The first checkpoint of every trace of the subject, as the referee has computed it.</param>
    public Bisection(
        TraceTerms terms, TraceCheckpoint start, TraceCommitment first, TraceCommitment second, ITraceHasher hasher)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        _terms = terms;
        _start = start;
        _hasher = hasher;
        _commitments = [first, second];
        Effect = Begin();
    }

    private enum Stage
    {
        Start,
        End,
        Shared,
        Middle,
        Over,
    }

    /// <summary>What is asked now, or the outcome.</summary>
    public DisputeEffect Effect { get; private set; }

    /// <summary>Questions put to both so far.</summary>
    public int Rounds { get; private set; }

    public DisputeEffect Step(DisputeInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_stage == Stage.Over) return Effect;
        Effect = input switch
        {
            DisputeInput.Answered answered => Take(answered.Party, answered.Answer),
            DisputeInput.TimeIsUp => Decide(DisputeVerdict.Silent, Unanswered()),
            _ => Invariant.Unreachable<DisputeEffect>("an input of no kind"),
        };
        return Effect;
    }

    private DisputeEffect Begin()
    {
        ImmutableArray<Party> refused = Which(party =>
        {
            TraceCommitment commitment = _commitments[(int)party];
            return commitment.Subject != _terms.Subject || commitment.Interval != _terms.Interval
                || commitment.Count < 2 || commitment.Count > _terms.CheckpointsMax;
        });
        if (refused.Length > 0) return Decide(DisputeVerdict.CommitmentRefused, refused);
        return _commitments[0] == _commitments[1] ? Decide(DisputeVerdict.Agreed, []) : Ask(Stage.Start, 0, 0);
    }

    private DisputeEffect.Ask Ask(Stage stage, int first, int second)
    {
        _stage = stage;
        _answers[0] = _answers[1] = null;
        Rounds++;
        return new DisputeEffect.Ask(first, second);
    }

    private DisputeEffect.Decided Decide(DisputeVerdict verdict, ImmutableArray<Party> liars)
    {
        _stage = Stage.Over;
        return new DisputeEffect.Decided(verdict, liars);
    }

    private DisputeEffect Take(Party party, TraceAnswer answer)
    {
        var asked = (DisputeEffect.Ask)Effect;
        int index = party == Party.First ? asked.First : asked.Second;
        if (answer is null || answer.Index != index || !answer.IsBoundTo(_commitments[(int)party], _hasher))
        {
            return Decide(DisputeVerdict.Inconsistent, [party]);
        }

        // A second answer to one question is the first again: both lead into the commitment at this index.
        _answers[(int)party] = answer;
        return Unanswered().Length > 0 ? Effect : _stage switch
        {
            Stage.Start => AfterStart(),
            Stage.End => AfterEnd(),
            Stage.Shared => AfterShared(),
            Stage.Middle => AfterMiddle(asked.First),
            Stage.Over => Effect,
        };
    }

    private DisputeEffect AfterStart()
    {
        ImmutableArray<Party> wrong = Which(party => Checkpoint(party) != _start);
        if (wrong.Length > 0) return Decide(DisputeVerdict.WrongStart, wrong);
        _agreedCheckpoint = _start;
        return Ask(Stage.End, _commitments[0].Count - 1, _commitments[1].Count - 1);
    }

    private DisputeEffect AfterEnd()
    {
        ImmutableArray<Party> wrong = Which(party =>
        {
            TraceEnd end = _commitments[(int)party].End;
            return Checkpoint(party) != new TraceCheckpoint(end.FuelUsed, end.Root(_hasher));
        });
        if (wrong.Length > 0) return Decide(DisputeVerdict.WrongEnd, wrong);
        if (_commitments[0].Count == _commitments[1].Count) return Differ(_commitments[0].Count - 1);
        int shared = Math.Min(_commitments[0].Count, _commitments[1].Count) - 1;
        return Ask(Stage.Shared, shared, shared);
    }

    /// <summary>One trace is shorter: its end against the other's checkpoint of the same index.</summary>
    private DisputeEffect AfterShared()
    {
        if (Link(Party.First) != Link(Party.Second)) return Differ(_answers[0]!.Index);
        return Decide(
            DisputeVerdict.WentOnBehindEnd, [_commitments[0].Count > _commitments[1].Count ? Party.First : Party.Second]);
    }

    private DisputeEffect AfterMiddle(int index)
    {
        if (Link(Party.First) != Link(Party.Second)) return Differ(index);
        _agreed = index;
        _agreedCheckpoint = Checkpoint(Party.First);
        return Narrow();
    }

    private DisputeEffect Differ(int index)
    {
        _differs = index;
        _differing[0] = Checkpoint(Party.First);
        _differing[1] = Checkpoint(Party.Second);
        return Narrow();
    }

    private DisputeEffect Narrow()
    {
        if (_differs - _agreed > 1)
        {
            int middle = _agreed + ((_differs - _agreed) / 2);
            return Ask(Stage.Middle, middle, middle);
        }

        _stage = Stage.Over;
        return new DisputeEffect.Narrowed(new DisputedSegment(_agreed, _agreedCheckpoint, _differing[0], _differing[1]));
    }

    private TraceCheckpoint Checkpoint(Party party) => _answers[(int)party]!.Checkpoint;

    private Hash256 Link(Party party) => Checkpoint(party).Link(_hasher, _answers[(int)party]!.Before);

    private ImmutableArray<Party> Unanswered() => Which(party => _answers[(int)party] is null);

    private static ImmutableArray<Party> Which(Func<Party, bool> test)
    {
        ImmutableArray<Party>.Builder parties = ImmutableArray.CreateBuilder<Party>();
        if (test(Party.First)) parties.Add(Party.First);
        if (test(Party.Second)) parties.Add(Party.Second);
        return parties.ToImmutable();
    }
}
