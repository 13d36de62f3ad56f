using System;
using System.Collections.Generic;
using System.Threading;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Host.Capacity;

/// <summary>
/// The work functions that a chain's accusations are decided with. A key's memory takes RandomX a second to make, in the middle of a block: the last two are
/// kept, which are the day's and one that a peer had of its own. Any thread may ask.
/// </summary>
internal sealed class ChainWork(IWorkHashes works) : IWorkHashes, IDisposable
{
    private const int KeptMax = 2;

    private readonly Lock _lock = new();
    private readonly List<(WorkKind Kind, Hash256 Key, IWorkMemory Memory)> _kept = [];

    public WorkKind Best => works.Best;

    /// <summary>Why a peer on this machine cannot follow a chain; null where it can.</summary>
    public static string? FindMissing(Genesis genesis, IWorkHashes works, string? hint) =>
        genesis.Parameters.Capacity is { Proofs.Cpu.Kind: WorkKind.RandomX } && works.Best != WorkKind.RandomX
            ? "genesis: this chain proves processors with RandomX, which this machine cannot compute; " + hint
            : null;

    public IWorkMemory? Open(WorkKind kind, Hash256 key, WorkMode mode)
    {
        if (mode != WorkMode.Light) return works.Open(kind, key, mode);
        lock (_lock)
        {
            int place = _kept.FindIndex(it => it.Kind == kind && it.Key == key);
            if (place < 0 && works.Open(kind, key, mode) is { } opened)
            {
                if (_kept.Count == KeptMax)
                {
                    // Its hashes that are still in use keep what they need.
                    _kept[0].Memory.Dispose();
                    _kept.RemoveAt(0);
                }

                _kept.Add((kind, key, opened));
                place = _kept.Count - 1;
            }

            return place < 0 ? null : new Lent(_kept[place].Memory);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach ((_, _, IWorkMemory memory) in _kept) memory.Dispose();
            _kept.Clear();
        }
    }

    private sealed class Lent(IWorkMemory memory) : IWorkMemory
    {
        public WorkKind Kind => memory.Kind;

        public ulong PartCount => memory.PartCount;

        public void Fill(ulong first, ulong count) => memory.Fill(first, count);

        public IWorkHash CreateHash() => memory.CreateHash();

        public void Dispose()
        {
            // It stays with whoever lent it.
        }
    }
}
