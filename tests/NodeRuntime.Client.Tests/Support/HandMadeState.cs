using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Tests.Support;

/// <summary>The state tree built from its definition, for a handful of records: sorted keys, split at the first bit that differs.</summary>
internal sealed class HandMadeState(IEnumerable<KeyValuePair<StateKey, byte[]>> records)
{
    private readonly KeyValuePair<StateKey, byte[]>[] _records = [.. records.OrderBy(static record => record.Key)];

    public Hash256 Root => _records.Length == 0 ? StateProof.EmptyRoot : RootOf(_records);

    public StateProof Prove(StateKey key)
    {
        if (_records.Length == 0) return StateProof.OfEmpty;
        ImmutableArray<StateProofStep>.Builder steps = ImmutableArray.CreateBuilder<StateProofStep>();
        ReadOnlySpan<KeyValuePair<StateKey, byte[]>> rest = _records;
        while (rest.Length > 1)
        {
            (int bit, int split) = Split(rest);
            bool right = key.Bit(bit);
            steps.Add(new StateProofStep(bit, RootOf(right ? rest[..split] : rest[split..])));
            rest = right ? rest[split..] : rest[..split];
        }

        bool included = rest[0].Key == key;
        return new StateProof(steps.ToImmutable(), rest[0].Key, included ? rest[0].Value : Hasher.Sha256(rest[0].Value).ToArray());
    }

    private static Hash256 RootOf(ReadOnlySpan<KeyValuePair<StateKey, byte[]>> records)
    {
        if (records.Length == 1) return StateProof.HashLeaf(records[0].Key, Hasher.Sha256(records[0].Value));
        (int bit, int split) = Split(records);
        return StateProof.HashNode(bit, RootOf(records[..split]), RootOf(records[split..]));
    }

    private static (int Bit, int Split) Split(ReadOnlySpan<KeyValuePair<StateKey, byte[]>> records)
    {
        int bit = 0;
        while (records[0].Key.Bit(bit) == records[^1].Key.Bit(bit)) bit++;
        int split = 0;
        while (!records[split].Key.Bit(bit)) split++;
        return (bit, split);
    }
}
