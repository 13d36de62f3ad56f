using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// A ledger whose state is the hash of everything executed. Strict where the real one is: a block is executed on its
/// parent's state, which must be known, and a finalized block must follow the tip.
/// </summary>
internal sealed class SmallLedger
{
    private readonly SortedDictionary<Hash256, (Height Height, Hash256 Root)> _above = [];
    private readonly SortedDictionary<Hash256, SortedSet<ValidatorIndex>> _jail = [];
    private Hash256 _tip;

    public SmallLedger(ChainId chain)
    {
        _tip = chain.Hash;
        Root = Hasher.Sha256(chain.Hash.AsSpan());
        _jail.Add(Root, []);
    }

    public Hash256 Root { get; private set; }

    public Height Height { get; private set; }

    /// <summary>Who is punished after the youngest finalized block.</summary>
    public IReadOnlyCollection<ValidatorIndex> Jail => _jail[Root];

    /// <summary>What of this evidence names nobody who is punished in the state of this root.</summary>
    public ImmutableArray<Evidence> Punishable(Hash256 root, ImmutableArray<Evidence> evidence) => [.. evidence.Where(one => !_jail[root].Contains(one.Voter))];

    public Hash256? After(Hash256 digest) =>
        digest == _tip ? Root : _above.TryGetValue(digest, out (Height Height, Hash256 Root) known) ? known.Root : null;

    public bool Check(Block block)
    {
        if (After(block.Header.ParentDigest) is not { } parent) return false;
        if (block.Header.ParentStateRoot != parent) return false;
        foreach (ReadOnlyMemory<byte> transaction in block.Transactions)
        {
            if (transaction.Length == 0) return false;
        }

        // Each voter once, in the order of voters.
        SortedSet<ValidatorIndex> jail = [.. _jail[parent]];
        foreach (Evidence evidence in block.Evidence)
        {
            if (!jail.Add(evidence.Voter)) return false;
        }

        Hash256 root = Execute(parent, block);
        _above[block.Header.Digest] = (block.Header.Height, root);
        _jail[root] = jail;
        return true;
    }

    public void Finalize(Block block)
    {
        if (block.Header.ParentDigest != _tip) throw new HarnessException($"delivered {block.Header.Height} that does not follow the tip {Height}");
        if (!Check(block)) throw new HarnessException($"delivered {block.Header.Height} that the ledger refuses");
        _tip = block.Header.Digest;
        Root = _above[_tip].Root;
        Height = block.Header.Height;
        foreach ((Hash256 other, (Height height, Hash256 _)) in new List<KeyValuePair<Hash256, (Height Height, Hash256 Root)>>(_above))
        {
            if (height <= Height) _above.Remove(other);
        }

        foreach (Hash256 root in _jail.Keys.ToList())
        {
            if (root != Root && !_above.Values.Any(known => known.Root == root)) _jail.Remove(root);
        }
    }

    private static Hash256 Execute(Hash256 parent, Block block)
    {
        Hash256 root = parent;
        foreach (ReadOnlyMemory<byte> transaction in block.Transactions)
        {
            root = Hasher.Tagged(HashDomain.StateLeaf, root.AsSpan(), transaction.Span);
        }

        foreach (Evidence evidence in block.Evidence) root = Hasher.Tagged(HashDomain.StateLeaf, root.AsSpan(), evidence.Encode());

        return root;
    }
}

/// <summary>A rule of the harness was broken: the run is a failure.</summary>
public sealed class HarnessException(string message) : Exception(message);
