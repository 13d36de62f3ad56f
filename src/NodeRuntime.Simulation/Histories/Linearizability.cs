using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Histories;

public enum LinearizabilityVerdict
{
    Linearizable,

    /// <summary>No order of the operations that keeps their real times explains all answers.</summary>
    NotLinearizable,

    /// <summary>The bound on the search came first.</summary>
    Inconclusive,
}

/// <summary>
/// Whether concurrent operations look as if each had happened at one moment between its call and its answer (Herlihy and Wing,
/// 1990). The search is the one of Wing and Gong with Lowe's memory: take as next any operation that was called before every
/// other's answer, see whether the object could have answered so, and never look twice at the same set of operations in the
/// same state. Exponential where much is concurrent; a client has one operation under way, so that little is.
/// </summary>
public static class Linearizability
{
    /// <param name="stepsMax">Of the search: some microseconds each.</param>
    public static LinearizabilityVerdict Check<TState, TCall>(
        ISequentialModel<TState, TCall> model, IEnumerable<Operation<TCall>> history, int stepsMax)
    {
        List<Operation<TCall>> operations = [.. history];
        operations.Sort(static (one, other) => one.Invoked.CompareTo(other.Invoked));
        return new Search<TState, TCall>(model, [.. operations], stepsMax).Run();
    }

    private sealed class Search<TState, TCall>(ISequentialModel<TState, TCall> model, ImmutableArray<Operation<TCall>> operations, int stepsMax)
    {
        private readonly bool[] _taken = new bool[operations.Length];
        private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);
        private readonly Stack<(int Operation, TState Before, int Next)> _path = new();
        private readonly StringBuilder _key = new();

        // Everything below it is taken.
        private int _first;

        public LinearizabilityVerdict Run()
        {
            TState state = model.Initial;
            int from = 0;
            for (int step = 0; step < stepsMax; step++)
            {
                if (IsDone()) return LinearizabilityVerdict.Linearizable;
                if (TryTake(from, state, out int taken, out TState next))
                {
                    _path.Push((taken, state, taken + 1));
                    state = next;
                    from = 0;
                    continue;
                }

                if (!_path.TryPop(out (int Operation, TState Before, int Next) last)) return LinearizabilityVerdict.NotLinearizable;
                Leave(last.Operation);
                state = last.Before;
                from = last.Next;
            }

            return LinearizabilityVerdict.Inconclusive;
        }

        private bool TryTake(int from, TState state, out int taken, out TState next)
        {
            Instant firstAnswer = FirstAnswer();
            for (int i = Math.Max(from, _first); i < operations.Length && operations[i].Invoked <= firstAnswer; i++)
            {
                if (_taken[i] || !model.TryApply(state, operations[i].Call, out next)) continue;
                _taken[i] = true;
                while (_first < _taken.Length && _taken[_first]) _first++;
                if (_seen.Add(KeyOf(next)))
                {
                    taken = i;
                    return true;
                }

                Leave(i);
            }

            taken = -1;
            next = state;
            return false;
        }

        private void Leave(int operation)
        {
            _taken[operation] = false;
            if (operation < _first) _first = operation;
        }

        // Whoever was called after it cannot come before it.
        private Instant FirstAnswer()
        {
            Instant first = new(long.MaxValue);
            for (int i = _first; i < operations.Length && operations[i].Invoked <= first; i++)
            {
                if (!_taken[i] && operations[i].Completed is { } completed && completed < first) first = completed;
            }

            return first;
        }

        private bool IsDone()
        {
            for (int i = _first; i < operations.Length; i++)
            {
                if (!_taken[i] && (operations[i].Completed is not null || operations[i].MustHappen)) return false;
            }

            return true;
        }

        // Nearly always a prefix and a few more: short, however long the history is.
        private string KeyOf(TState state)
        {
            _key.Clear();
            _key.Append(_first);
            // Nothing is taken that was called behind the first answer of all that are not.
            Instant firstAnswer = FirstAnswer();
            for (int i = _first; i < operations.Length && operations[i].Invoked <= firstAnswer; i++)
            {
                if (_taken[i]) _key.Append(',').Append(i);
            }

            return _key.Append(CultureInfo.InvariantCulture, $"|{state}").ToString();
        }
    }
}
