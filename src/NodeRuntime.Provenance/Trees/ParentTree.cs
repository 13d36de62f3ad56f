using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Trees;

/// <summary>What a parent says of what a child sent for a round.</summary>
public enum SlotVerdict
{
    Accepted,

    /// <summary>The same again: nothing changes.</summary>
    Known,
    LevelWrong,
    SlotOutOfRange,
    NotEnrolled,
    EpochWrong,
    RoundWrong,

    /// <summary>Another record of the same slot and round: two signed records that convict the child.</summary>
    Contradiction,

    /// <summary>The tree below has not as many leaves as the plan gives trees of that level.</summary>
    SizeWrong,

    /// <summary>The events below, with those of the other children, are more than a round may have.</summary>
    TooManyEvents,

    /// <summary>The round is closed here: it is marked late where that can still be said.</summary>
    Closed,
}

/// <summary>
/// A parent's round: a tree with a leaf for each slot, in the order of the epoch's enrolment, whoever spoke or did not. A slot that nothing was entered
/// for gets an <see cref="AbsentLeaf"/> when the round closes. One owner.
/// </summary>
public sealed class ParentTree
{
    private readonly EpochPlan _plan;
    private readonly ImmutableArray<PeerId?> _enrolled;
    private readonly AggregationLeaf?[] _entered;
    private readonly AbsenceReason[] _reasons;

    /// <param name="level">Of this tree; children are one below.</param>
    /// <param name="enrolled">Who has each slot; null where it is spare. As many as the plan gives trees of this level.</param>
    public ParentTree(EpochPlan plan, int level, Round round, ImmutableArray<PeerId?> enrolled)
    {
        Invariant.Holds(level >= 1);
        Invariant.Holds(level <= plan.Levels);
        Invariant.Holds(enrolled.Length == plan.Slots[level - 1]);
        _plan = plan;
        _enrolled = enrolled;
        _entered = new AggregationLeaf?[enrolled.Length];
        _reasons = new AbsenceReason[enrolled.Length];
        Array.Fill(_reasons, AbsenceReason.Silent);
        Level = level;
        Round = round;
    }

    public int Level { get; }

    public Round Round { get; }

    public ulong Events { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>The caller has checked the child's signature.</summary>
    public SlotVerdict Enter(AggregationLeaf leaf)
    {
        SlotVerdict verdict = Check(leaf);
        if (verdict != SlotVerdict.Accepted) return verdict;
        _entered[leaf.Slot] = leaf;
        Events += leaf.Events;
        return SlotVerdict.Accepted;
    }

    /// <summary>Something came of a child that was refused: if nothing better comes, its absence says so.</summary>
    public void Refuse(int slot) => _reasons[slot] = AbsenceReason.Refused;

    public ClosedParent Close()
    {
        Invariant.Holds(!IsClosed);
        IsClosed = true;
        ImmutableArray<ReadOnlyMemory<byte>>.Builder records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(_entered.Length);
        ulong first = 0, last = 0;
        for (int slot = 0; slot < _entered.Length; slot++)
        {
            if (_entered[slot] is not { } leaf)
            {
                PeerId? child = _enrolled[slot];
                AbsenceReason reason = child is null ? AbsenceReason.Vacant : _reasons[slot];
                records.Add(new AbsentLeaf(Level, slot, Round, child, reason, _plan.Epoch).Encode());
                continue;
            }

            records.Add(leaf.Encode());
            if (leaf.Events == 0) continue;
            if (first == 0 || leaf.FirstTime < first) first = leaf.FirstTime;
            last = Math.Max(last, leaf.LastTime);
        }

        return new ClosedParent(Level, Round, _plan.Epoch, records.MoveToImmutable(), Events, first, last);
    }

    private SlotVerdict Check(AggregationLeaf leaf)
    {
        if (leaf.Level != Level) return SlotVerdict.LevelWrong;
        if (leaf.Slot >= _enrolled.Length) return SlotVerdict.SlotOutOfRange;
        if (_enrolled[leaf.Slot] != leaf.Child) return SlotVerdict.NotEnrolled;
        if (leaf.Epoch != _plan.Epoch) return SlotVerdict.EpochWrong;
        if (leaf.Round != Round) return SlotVerdict.RoundWrong;
        if (_entered[leaf.Slot] is { } known) return known == leaf ? SlotVerdict.Known : SlotVerdict.Contradiction;
        if (IsClosed) return SlotVerdict.Closed;
        if (Level > 1 && leaf.ChildSize != (ulong)_plan.Slots[Level - 2]) return SlotVerdict.SizeWrong;
        return Events + leaf.Events > Limits.RoundEventsMax ? SlotVerdict.TooManyEvents : SlotVerdict.Accepted;
    }
}

/// <summary>A parent's round when it is over: a record for each slot, their tree, and what is below.</summary>
public sealed class ClosedParent
{
    private readonly Hash256[] _leaves;

    internal ClosedParent(
        int level, Round round, Epoch epoch, ImmutableArray<ReadOnlyMemory<byte>> records, ulong events, ulong firstTime, ulong lastTime)
    {
        (Level, Round, Epoch, Records, Events, FirstTime, LastTime) = (level, round, epoch, records, events, firstTime, lastTime);
        _leaves = new Hash256[records.Length];
        for (int i = 0; i < _leaves.Length; i++) _leaves[i] = RecordHash.Leaf(records[i].Span);
        Root = MerkleTree.Root(_leaves);
    }

    public int Level { get; }

    public Round Round { get; }

    public Epoch Epoch { get; }

    public ImmutableArray<ReadOnlyMemory<byte>> Records { get; }

    public Hash256 Root { get; }

    public ulong Events { get; }

    public ulong FirstTime { get; }

    public ulong LastTime { get; }

    public MerkleInclusionProof Prove(int slot) => MerkleTree.ProveInclusion(_leaves, slot);

    /// <summary>What this parent tells its own.</summary>
    public AggregationLeaf ToLeaf(PeerId parent, int slot) =>
        new(Level + 1, slot, Round, parent, Root, (ulong)Records.Length, Events, FirstTime, LastTime, Epoch, null);

    /// <summary>The topmost tree's round in the calendar.</summary>
    public RoundLeaf ToRound(EpochPlan plan, Hash256 previousRoot)
    {
        Invariant.Holds(Level == plan.Levels);
        return new RoundLeaf(Round, Root, Records.Length, Events, plan.Root, previousRoot, RoundMark.Live);
    }
}
