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
/// parent's state, which must be known, and a finalized block must follow the tip. Sets become due by the world's plan.
/// </summary>
internal sealed class SmallLedger
{
    private readonly SortedDictionary<Hash256, State> _above = [];
    private readonly SetPlan? _plan;
    private Hash256 _tip;
    private State _state;

    public SmallLedger(ChainId chain, ValidatorSet genesis, SetPlan? plan)
    {
        _tip = chain.Hash;
        _plan = plan;
        _state = new State(Height.Genesis, Hasher.Sha256(chain.Hash.AsSpan()), genesis, Height.Genesis, null, [], PastEpochs.None);
    }

    public Hash256 Root => _state.Root;

    public Height Height => _state.Height;

    public ValidatorSet Validators => _state.Validators;

    public ValidatorSet? Due => _state.Due;

    /// <summary>Keys that are punished after the youngest finalized block.</summary>
    public IReadOnlySet<PublicKey> Jail => _state.Jail;

    public PastEpochs Past => _state.Past;

    public State? After(Hash256 digest) => Find(digest);

    /// <summary>What of this evidence is of an epoch that a state knows and names nobody who is punished in it.</summary>
    public static ImmutableArray<Evidence> Punishable(State parent, ImmutableArray<Evidence> evidence) =>
        [.. evidence.Where(one => parent.VotersOf(one) is { } voters && !parent.Jail.Contains(voters[one.Voter].Key))];

    public bool Check(Block block)
    {
        if (Find(block.Header.ParentDigest) is not { } parent) return false;
        if (block.Header.ParentStateRoot != parent.Root || block.Header.Epoch != parent.Validators.Epoch) return false;
        if (block.Header.NextSetHash is { } next && next != parent.Due?.Hash) return false;
        foreach (ReadOnlyMemory<byte> transaction in block.Transactions)
        {
            if (transaction.Length == 0) return false;
        }

        // Each key once.
        ImmutableSortedSet<PublicKey> jail = parent.Jail;
        foreach (Evidence evidence in block.Evidence)
        {
            if (parent.VotersOf(evidence) is not { } voters) return false;
            PublicKey key = voters[evidence.Voter].Key;
            if (jail.Contains(key)) return false;
            jail = jail.Add(key);
        }

        _above[block.Header.Digest] = Execute(parent, block) with { Jail = jail };
        return true;
    }

    public void Finalize(Block block)
    {
        if (block.Header.ParentDigest != _tip) throw new HarnessException($"delivered {block.Header.Height} that does not follow the tip {Height}");
        if (!Check(block)) throw new HarnessException($"delivered {block.Header.Height} that the ledger refuses");
        _tip = block.Header.Digest;
        _state = _above[_tip];
        foreach ((Hash256 other, State state) in new List<KeyValuePair<Hash256, State>>(_above))
        {
            if (state.Height <= Height) _above.Remove(other);
        }
    }

    private State? Find(Hash256 digest) => digest == _tip ? _state : _above.GetValueOrDefault(digest);

    private State Execute(State parent, Block block)
    {
        Hash256 root = parent.Root;
        foreach (ReadOnlyMemory<byte> transaction in block.Transactions)
        {
            root = Hasher.Tagged(HashDomain.StateLeaf, root.AsSpan(), transaction.Span);
        }

        foreach (Evidence evidence in block.Evidence) root = Hasher.Tagged(HashDomain.StateLeaf, root.AsSpan(), evidence.Encode());
        Height height = parent.Height.Next;
        State state = block.Header.IsSeal
            ? new State(height, root, parent.Due!, height, null, parent.Jail, parent.Past.And(parent.Validators, block.Header.Time))
            : parent with { Height = height, Root = root };
        ulong blocks = height.Number - state.Since.Number;
        bool looks = _plan is not null && blocks > 0 && blocks % _plan.Blocks == 0;
        return looks ? state with { Due = _plan!.DueAt(height, state.Validators) } : state;
    }

    public sealed record State(
        Height Height, Hash256 Root, ValidatorSet Validators, Height Since, ValidatorSet? Due, ImmutableSortedSet<PublicKey> Jail, PastEpochs Past)
    {
        public ValidatorSet? VotersOf(Evidence evidence) => Past.VotersOf(evidence.First.Slot.Epoch, Validators);
    }
}

/// <summary>A rule of the harness was broken: the run is a failure.</summary>
public sealed class HarnessException(string message) : Exception(message);
