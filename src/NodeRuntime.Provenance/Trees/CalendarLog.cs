using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Trees;

/// <summary>What the calendar says of a second that wants to be entered.</summary>
public enum CalendarVerdict
{
    Accepted,

    /// <summary>There already.</summary>
    RoundPast,

    /// <summary>A second before it is missing: it must be backfilled first.</summary>
    RoundMissing,

    /// <summary>The leaf does not continue this calendar.</summary>
    PreviousRootWrong,

    /// <summary>The leaf follows another plan than the one in force.</summary>
    PlanWrong,
    SlotsWrong,
}

/// <summary>
/// The calendar: a log with exactly one leaf for each second since its first, so that a leaf's index is its time. It keeps in memory what it needs to go on:
/// one hash for each bit of its size, and the tiles that are not full; tiles that became full are the caller's to store. One owner.
/// </summary>
public sealed class CalendarLog
{
    private readonly MerkleTreeBuilder _frontier = new();
    private readonly List<byte[]> _open = [];
    private readonly List<int> _widths = [];

    public CalendarLog(EpochPlan plan)
    {
        Invariant.Holds(plan.FirstRound == plan.GenesisRound);
        Plan = plan;
    }

    /// <summary>In force for the next round.</summary>
    public EpochPlan Plan { get; private set; }

    public ulong Size => _frontier.Count;

    public Hash256 Root => _frontier.Root();

    /// <summary>Roots of the complete trees that it consists of, the largest first.</summary>
    public ImmutableArray<Hash256> Peaks => _frontier.Peaks();

    public Round NextRound => new(Plan.GenesisRound.Second + Size);

    /// <summary>A plan comes into force with the next round, if that is the one it says.</summary>
    public bool TryFollow(EpochPlan plan)
    {
        bool follows = plan.Chain == Plan.Chain && plan.GenesisRound == Plan.GenesisRound && plan.FirstRound == NextRound
            && plan.Epoch.CompareTo(Plan.Epoch) > 0;
        if (follows) Plan = plan;
        return follows;
    }

    /// <param name="full">Tiles that became full by this leaf, lowest level first.</param>
    public CalendarVerdict Append(RoundLeaf leaf, out ImmutableArray<Tile> full)
    {
        full = [];
        if (leaf.Round < NextRound) return CalendarVerdict.RoundPast;
        if (leaf.Round > NextRound) return CalendarVerdict.RoundMissing;
        if (leaf.PreviousRoot != Root) return CalendarVerdict.PreviousRootWrong;
        if (leaf.EpochRoot != Plan.Root) return CalendarVerdict.PlanWrong;
        if (leaf.Slots != Plan.Slots[^1]) return CalendarVerdict.SlotsWrong;
        Hash256 hash = leaf.Hash;
        _frontier.Append(hash);
        full = Store(hash);
        return CalendarVerdict.Accepted;
    }

    /// <summary>The leaf of a second that nobody entered in time: entered afterwards, and marked.</summary>
    public RoundLeaf Backfill() => new(NextRound, null, Plan.Slots[^1], 0, Plan.Root, Root, RoundMark.Backfilled);

    /// <summary>A tile that is not full, as it is now: for whoever publishes the log at this size.</summary>
    public Tile? OpenTile(int level)
    {
        if (level >= _open.Count || _widths[level] == 0) return null;
        ulong index = Size >> (TileId.LevelHeight * (level + 1));
        return new Tile(new TileId(level, index, _widths[level]), _open[level].AsMemory(0, _widths[level] * Hash256.ByteCount).ToArray());
    }

    private ImmutableArray<Tile> Store(Hash256 hash)
    {
        ImmutableArray<Tile>.Builder full = ImmutableArray.CreateBuilder<Tile>();
        for (int level = 0; ; level++)
        {
            if (level == _open.Count)
            {
                _open.Add(new byte[TileId.WidthMax * Hash256.ByteCount]);
                _widths.Add(0);
            }

            hash.AsSpan().CopyTo(_open[level].AsSpan(_widths[level] * Hash256.ByteCount));
            if (++_widths[level] < TileId.WidthMax) return full.ToImmutable();
            _widths[level] = 0;
            byte[] hashes = _open[level].AsSpan().ToArray();
            ulong index = (Size >> (TileId.LevelHeight * (level + 1))) - 1;
            full.Add(new Tile(new TileId(level, index, TileId.WidthMax), hashes));
            MerkleTreeBuilder above = new();
            for (int i = 0; i < TileId.WidthMax; i++) above.Append(new Hash256(hashes.AsSpan(i * Hash256.ByteCount, Hash256.ByteCount)));
            hash = above.Root();
        }
    }
}
