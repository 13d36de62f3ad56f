using System;
using System.Collections.Generic;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// One frame under way to all who will hear it. Only the next landing stands in the queue of events: a hundred peers that speak to a hundred
/// would make it a hundred times as long. Each landing has the tie-break that it would have had there, so that the order is the same. There
/// are thousands of volleys in a second, a few hundred at a time: they are used again.
/// </summary>
internal sealed class Volley(VirtualTimeDispatcher time, Stack<Volley> done) : IDelayed
{
    private readonly List<Landing> _landings = [];
    private AgreementNode? _from;
    private Frame? _frame;
    private int _next;

    public bool IsCancelled => false;

    public Volley Of(AgreementNode from, Frame frame)
    {
        Invariant.Holds(_landings.Count == 0);
        _from = from;
        _frame = frame;
        return this;
    }

    public void Lands(Instant due, AgreementNode to) => _landings.Add(new Landing(due, time.DrawTieBreak(), to));

    public void Launch()
    {
        _landings.Sort();
        Proceed();
    }

    public void Fire()
    {
        (AgreementNode from, AgreementNode to, Frame frame) = (_from!, _landings[_next++].To, _frame!);
        Proceed();
        to.Hear(from, frame);
    }

    private void Proceed()
    {
        if (_next < _landings.Count)
        {
            time.ScheduleAt(_landings[_next].Due, _landings[_next].TieBreak, this);
            return;
        }

        (_from, _frame, _next) = (null, null, 0);
        _landings.Clear();
        done.Push(this);
    }

    private readonly record struct Landing(Instant Due, ulong TieBreak, AgreementNode To) : IComparable<Landing>
    {
        public int CompareTo(Landing other)
        {
            int byTime = Due.CompareTo(other.Due);
            return byTime != 0 ? byTime : TieBreak.CompareTo(other.TieBreak);
        }
    }
}
