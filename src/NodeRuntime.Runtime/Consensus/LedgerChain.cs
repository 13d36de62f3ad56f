using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Mempool;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>
/// The ledger as consensus needs it: the finalized state, and states of blocks above it that may become final. A block is
/// executed once, whoever asks first.
/// </summary>
internal sealed class LedgerChain(LedgerState state, Hash256 digest, PastEpochs past, ISignatureVerifier signatures)
{
    private readonly SortedDictionary<Hash256, Speculation> _above = [];
    private Hash256 _tip = digest;

    /// <summary>After the youngest finalized block.</summary>
    public LedgerState State { get; private set; } = state;

    /// <summary>Before the epoch that votes on top of <see cref="State"/>.</summary>
    public PastEpochs Past { get; private set; } = past;

    /// <summary>The state that a block with this digest leads to, if it is known.</summary>
    public LedgerState? After(Hash256 digest) =>
        digest == _tip ? State : _above.TryGetValue(digest, out Speculation? speculation) ? speculation.Outcome.State : null;

    /// <summary>The calendar of events as far as any block that may become final brings it: what is in one of them needs no other.</summary>
    public EventCalendarRecord FurthestCalendar()
    {
        EventCalendarRecord furthest = State.Records.EventCalendar;
        foreach (Speculation speculation in _above.Values)
        {
            if (speculation.Outcome.State is { } state && state.Records.EventCalendar is var calendar && calendar.Size > furthest.Size) furthest = calendar;
        }

        return furthest;
    }

    /// <summary>For a proposer: what of this evidence the ledger has not punished on a parent.</summary>
    public ImmutableArray<Evidence> Punishable(LedgerState parent, ImmutableArray<Evidence> evidence)
    {
        ImmutableArray<Evidence>.Builder left = ImmutableArray.CreateBuilder<Evidence>();
        foreach (Evidence one in evidence)
        {
            // The machine may be an epoch further than the parent, or not yet as far.
            if (Past.VotersOf(one.First.Slot.Epoch, parent.Validators) is not { } voters) continue;
            if (SlashingRules.Check(parent.Records, voters[one.Voter].Key) == SlashingVerdict.Accepted) left.Add(one);
        }

        return left.ToImmutable();
    }

    /// <summary>What evidence in a child of this state, by this proposer, means to the ledger. Consensus knew each one's voters.</summary>
    private ImmutableArray<Offence> OffencesOf(LedgerState parent, ImmutableArray<Evidence> evidence, ValidatorIndex proposer)
    {
        ImmutableArray<Offence>.Builder offences = ImmutableArray.CreateBuilder<Offence>(evidence.Length);
        foreach (Evidence one in evidence)
        {
            ValidatorSet voters = Past.VotersOf(one.First.Slot.Epoch, parent.Validators) ?? Invariant.Unreachable<ValidatorSet>("evidence of an unknown epoch");
            offences.Add(Offence.Of(parent.Records, one, voters, parent.Validators[proposer].Key));
        }

        return offences.MoveToImmutable();
    }

    /// <summary>
    /// For a proposer: what its block will say to the ledger, before its transactions. Null where it must reveal something that these chains do not
    /// hold: a block without it nobody would vote for.
    /// </summary>
    public BlockContext? Propose(
        LedgerState parent, ConsensusEffect.Build build, ValidatorIndex self, ImmutableArray<Evidence> evidence, ImmutableArray<RevealChain> reveals)
    {
        ValidatorSet set = parent.Validators;
        ImmutableArray<ulong> missed = LeaderSchedule.TurnsBetween(parent.Chain, set, build.ParentView, build.View);
        BlockTurn turn = new(self, missed);
        if (RevealRules.DepthDue(parent, set[self].Key, turn.MissedBy(self)) is { } depth)
        {
            if (FindChain(parent, set[self].Key, reveals) is not { } chain) return null;
            turn = turn with { Reveal = chain.At(depth) };
        }

        turn = turn with { Beacon = Beacon.Next(parent.Beacon, turn.Reveal) };
        return BlockContext.After(parent, build.Time) with { Offences = OffencesOf(parent, evidence, self), Turn = turn };
    }

    private static RevealChain? FindChain(LedgerState parent, in PublicKey key, ImmutableArray<RevealChain> reveals)
    {
        RevealRecord? record = parent.Records.Reveal(key);
        foreach (RevealChain chain in reveals)
        {
            if (chain.Anchor == record?.Anchor && chain.Length == parent.Parameters.Beacon.RevealsMax) return chain;
        }

        return null;
    }

    /// <summary>Executes a block on its parent's state, which must be known.</summary>
    public BlockOutcome? Execute(Block block, Hash256 digest, MempoolMachine? known)
    {
        if (_above.TryGetValue(digest, out Speculation? done)) return done.Outcome;
        if (After(block.Header.ParentDigest) is not { } parent) return null;
        (CalendarEntry? entry, ImmutableArray<ReadOnlyMemory<byte>> transactions) = BlockBody.Split(block.Transactions);
        BlockOutcome outcome = BlockApplication.Apply(parent, ContextOf(parent, block) with { Seconds = entry }, transactions, signatures, known);
        if (outcome.Verdict == BlockVerdict.Accepted) _above.Add(digest, new Speculation(block.Header.Height, outcome));
        return outcome;
    }

    /// <summary>
    /// A final block of our own disk, whose links to a certificate were checked: executed again, without its signatures. See
    /// <see cref="BlockApplication.Replay"/>.
    /// </summary>
    public void Replay(Block block, Hash256 digest)
    {
        Invariant.Holds(block.Header.ParentDigest == _tip);
        (CalendarEntry? entry, ImmutableArray<ReadOnlyMemory<byte>> transactions) = BlockBody.Split(block.Transactions);
        BlockOutcome outcome = BlockApplication.Replay(State, ContextOf(State, block) with { Seconds = entry }, transactions);
        Invariant.Holds(outcome.Verdict == BlockVerdict.Accepted);
        Invariant.Holds(outcome.State is not null);
        Advance(outcome.State, digest);
    }

    private void Advance(LedgerState next, Hash256 digest)
    {
        if (next.Validators.Epoch != State.Validators.Epoch) Past = Past.And(State.Validators, next.Time);
        State = next;
        _tip = digest;
    }

    // Of another epoch the ledger refuses the block, and indices of another set mean nothing in this one.
    private BlockContext ContextOf(LedgerState parent, Block block)
    {
        BlockHeader header = block.Header;
        if (header.Epoch != parent.Validators.Epoch) return BlockContext.Of(header, []);
        ImmutableArray<ulong> missed = LeaderSchedule.TurnsBetween(header.Chain, parent.Validators, header.ParentView, header.View);
        return BlockContext.Of(header, missed) with { Offences = OffencesOf(parent, block.Evidence, header.Proposer) };
    }

    /// <summary>The block is final: its state becomes the state, and what cannot follow it any more is forgotten.</summary>
    public BlockOutcome Finalize(Block block, MempoolMachine? known)
    {
        Hash256 digest = block.Header.Digest;
        Invariant.Holds(block.Header.ParentDigest == _tip);
        BlockOutcome? outcome = Execute(block, digest, known);
        Invariant.Holds(outcome is not null);
        // A quorum stood behind it, and each of them executed it: if we cannot, this machine is broken, not the block.
        Invariant.Holds(outcome.Verdict == BlockVerdict.Accepted);
        Invariant.Holds(outcome.State is not null);
        Advance(outcome.State, digest);
        foreach ((Hash256 other, Speculation speculation) in new List<KeyValuePair<Hash256, Speculation>>(_above))
        {
            if (speculation.Height <= block.Header.Height) _above.Remove(other);
        }

        return outcome;
    }

    private sealed record Speculation(Height Height, BlockOutcome Outcome);
}
