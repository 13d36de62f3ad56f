using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Sync;

/// <summary>Consecutive blocks that are proven final, the last by a certificate and the others by hash links.</summary>
/// <param name="AskedFrom">Where the question that brought them began: at their lowest, or below it where that much did not fit.</param>
internal sealed record ProvenRun(Height AskedFrom, ImmutableArray<Block> Blocks, Certificate Finalization)
{
    public Height Lowest => Blocks[0].Header.Height;

    public Height Top => Blocks[^1].Header.Height;

    public long Bytes { get; } = BytesOf(Blocks);

    private static long BytesOf(ImmutableArray<Block> blocks)
    {
        long bytes = 0;
        foreach (Block block in blocks) bytes += block.MeasureBody();
        return bytes;
    }
}

/// <summary>
/// Runs that do not stand on the floor yet, in the order of heights, none over another. All together hold at most
/// <see cref="Limits.HangingBlocksMax"/> blocks and <see cref="Limits.HangingBytesMax"/> bytes: the highest goes first, as it is needed last.
/// </summary>
internal sealed class ProvenRuns
{
    private readonly List<ProvenRun> _runs = [];

    public int Count => _runs.Count;

    public void Clear() => _runs.Clear();

    /// <summary>The lowest run that ends at this height or above it.</summary>
    public ProvenRun? FirstEndingFrom(Height height) => _runs.Find(run => run.Top >= height);

    /// <summary>The run whose lowest block is the child of this height.</summary>
    public ProvenRun? EndingBelow(Height height) => _runs.Find(run => run.Lowest == height.Next);

    /// <summary>Takes out the lowest run if it begins at this height or below it.</summary>
    public ProvenRun? TakeUpTo(Height height)
    {
        if (_runs.Count == 0 || _runs[0].Lowest > height) return null;
        ProvenRun run = _runs[0];
        _runs.RemoveAt(0);
        return run;
    }

    /// <summary>Where runs overlap the upper one gives way at its lower end: every top keeps its certificate.</summary>
    public void Add(ProvenRun run)
    {
        foreach (ProvenRun held in _runs)
        {
            if (held.Lowest > run.Lowest || held.Top < run.Lowest) continue;
            if (held.Top >= run.Top) return;
            run = Above(run, held.Top);
        }

        _runs.RemoveAll(held => held.Lowest >= run.Lowest && held.Top <= run.Top);
        int at = _runs.FindIndex(held => held.Lowest > run.Lowest);
        if (at < 0) at = _runs.Count;
        else if (_runs[at].Lowest <= run.Top) _runs[at] = Above(_runs[at], run.Top);
        _runs.Insert(at, run);
        Trim();
    }

    /// <summary>Puts blocks below a run that is held; they end where it begins.</summary>
    public void Extend(ProvenRun run, ImmutableArray<Block> below)
    {
        if (!_runs.Remove(run)) return;
        Add(new ProvenRun(run.AskedFrom, [.. below, .. run.Blocks], run.Finalization));
    }

    private static ProvenRun Above(ProvenRun run, Height height) =>
        new(height.Next, run.Blocks[(int)(height.Number + 1 - run.Lowest.Number)..], run.Finalization);

    private void Trim()
    {
        long blocks = 0;
        long bytes = 0;
        for (int i = 0; i < _runs.Count; i++)
        {
            blocks += _runs[i].Blocks.Length;
            bytes += _runs[i].Bytes;
            if (blocks <= Limits.HangingBlocksMax && bytes <= Limits.HangingBytesMax) continue;
            _runs.RemoveRange(i, _runs.Count - i);
            return;
        }
    }
}
