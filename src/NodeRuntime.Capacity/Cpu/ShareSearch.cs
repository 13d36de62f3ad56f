using System.Buffers.Binary;
using System.Collections.Immutable;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// One unit's work in a slice: bucket after bucket, nonce after nonce; a share ends its bucket. Whoever owns the clock calls <see cref="Step"/> until the
/// duty is over. One owner; the next unit has a search of its own.
/// </summary>
public sealed class ShareSearch
{
    private readonly CpuParameters _parameters;
    private readonly uint _unit;
    private readonly byte[] _input;
    private readonly ImmutableArray<Share>.Builder _shares = ImmutableArray.CreateBuilder<Share>();
    private uint _bucket;
    private uint _offset;

    /// <param name="unit">Below 2^UnitBits.</param>
    public ShareSearch(CpuParameters parameters, Hash256 sliceBeacon, PeerId peer, uint unit)
    {
        Invariant.Holds(unit < 1u << parameters.UnitBits);
        _parameters = parameters;
        _unit = unit;
        _input = new Share(0, 0).InputOf(parameters, CpuSeeds.SliceSeed(sliceBeacon, peer, unit));
    }

    /// <summary>Nothing is left to search; a unit that comes here is faster than its parameters foresee.</summary>
    public bool IsExhausted => _bucket == _parameters.BucketCount;

    /// <summary>Hashes computed so far.</summary>
    public ulong HashCount { get; private set; }

    /// <summary>What was found, in the order of their places.</summary>
    public ImmutableArray<Share> Shares => _shares.ToImmutable();

    /// <summary>Computes so many hashes, or what is left.</summary>
    public void Step(IWorkHash hash, int count)
    {
        for (int i = 0; i < count && !IsExhausted; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(
                System.MemoryExtensions.AsSpan(_input, Hash256.ByteCount), ((ulong)_bucket * (uint)_parameters.BucketNonces) + _offset);
            HashCount++;
            bool isHit = Share.IsBelowTarget(_parameters, hash.Hash(_input));
            if (isHit) _shares.Add(new Share((_unit << _parameters.BucketBits) + _bucket, (ushort)_offset));
            _offset++;
            if (!isHit && _offset < _parameters.BucketNonces) continue;
            _bucket++;
            _offset = 0;
        }
    }
}
