using System;
using System.Runtime.InteropServices;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Work;

/// <summary>
/// RandomX under one key. Where the library's compiler may not run (a system without memory that is written and then executed), its interpreter does:
/// the same results, many times as slow.
/// </summary>
internal sealed class RandomXMemory : IWorkMemory
{
    private readonly RandomXLibrary _library;
    private readonly RandomXLibrary.Features _features;
    private readonly RandomXCache _cache;
    private readonly RandomXDataset? _dataset;
    private readonly ulong _partCount;

    private RandomXMemory(RandomXLibrary library, RandomXLibrary.Features features, RandomXCache cache, RandomXDataset? dataset, ulong partCount)
    {
        _library = library;
        _features = features;
        _cache = cache;
        _dataset = dataset;
        _partCount = partCount;
    }

    public WorkKind Kind => WorkKind.RandomX;

    public ulong PartCount => _dataset is null ? 0 : _partCount;

    /// <summary>Null where the machine has not the memory.</summary>
    public static RandomXMemory? TryOpen(RandomXLibrary library, ReadOnlySpan<byte> key, WorkMode mode) =>
        TryOpen(library, library.Recommended, key, mode)
        ?? TryOpen(library, library.Recommended & ~RandomXLibrary.Features.Compiler, key, mode);

    public void Fill(ulong first, ulong count)
    {
        Invariant.Holds(_dataset is not null);
        Invariant.Holds(first <= _partCount);
        Invariant.Holds(count <= _partCount - first);
        _dataset!.Fill(_cache, first, count);
    }

    public IWorkHash CreateHash()
    {
        RandomXMachine? machine = _dataset is null
            ? RandomXMachine.TryCreate(_library, _features, _cache)
            : RandomXMachine.TryCreate(_library, _features | RandomXLibrary.Features.FullMemory, _dataset);
        return machine is null ? throw new InsufficientMemoryException("RandomX got no memory for a machine") : new RandomXHash(machine);
    }

    public void Dispose()
    {
        _dataset?.Dispose();
        _cache.Dispose();
    }

    private static unsafe RandomXMemory? TryOpen(
        RandomXLibrary library, RandomXLibrary.Features features, ReadOnlySpan<byte> key, WorkMode mode)
    {
        RandomXCache? cache = RandomXCache.TryCreate(library, features, key);
        if (cache is null) return null;
        CULong partCount = library.DatasetItemCount();
        if (mode == WorkMode.Light) return new RandomXMemory(library, features, cache, null, 0);
        RandomXDataset? dataset = RandomXDataset.TryCreate(library, features);
        if (dataset is not null) return new RandomXMemory(library, features, cache, dataset, partCount.Value);
        cache.Dispose();
        return null;
    }

    private sealed class RandomXHash(RandomXMachine machine) : IWorkHash
    {
        public Hash256 Hash(ReadOnlySpan<byte> input)
        {
            Span<byte> digest = stackalloc byte[Hash256.ByteCount];
            machine.Hash(input, digest);
            return new Hash256(digest);
        }

        public void Dispose() => machine.Dispose();
    }
}
