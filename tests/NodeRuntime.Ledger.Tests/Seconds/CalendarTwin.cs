using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Ledger.Tests.Seconds;

/// <summary>The calendar as a peer keeps it, from genesis, seals and leaves: what the ledger says must be this, leaf by leaf.</summary>
internal sealed class CalendarTwin(Genesis genesis)
{
    private readonly CalendarLog _log = new(EpochPlans.OfGenesis(genesis));
    private readonly List<Seal> _seals = [];
    private ImmutableArray<EpochPlan> _plans = [EpochPlans.OfGenesis(genesis)];
    private int _plan;

    public ImmutableArray<EpochPlan> Plans => _plans;

    /// <summary>What was entered, in order.</summary>
    public List<RoundLeaf> Leaves { get; } = [];

    /// <param name="block">One that seals.</param>
    public void Seal(BlockContext block, ValidatorSet next)
    {
        BlockHeader header = new()
        {
            Chain = block.Chain,
            Epoch = block.Epoch,
            View = new View(block.Height.Number),
            Height = block.Height,
            ParentView = new View(block.Height.Number - 1),
            ParentDigest = Hash256.Zero,
            JustificationHash = Hash256.Zero,
            BodyRoot = Hash256.Zero,
            ParentStateRoot = block.ParentStateRoot,
            Time = block.Time,
            Proposer = new ValidatorIndex(0),
            Participation = [],
            EvidenceRoot = Hash256.Zero,
            Beacon = Hash256.Zero,
            NextSetHash = next.Hash,
        };
        // Nobody here asks who signed.
        Certificate certificate = new(new VoteSlot(header.Epoch, header.View, VoteKind.Finalize), header.Digest, []);
        _seals.Add(new Seal(new CertifiedHeader(header, certificate), next));
        _plans = EpochPlans.Of(genesis, [.. _seals]);
    }

    /// <param name="entry">What the block named.</param>
    public void Follow(BlockOutcome outcome, CalendarEntry? entry)
    {
        SortedDictionary<Round, EnteredSecond> named = [];
        foreach (EnteredSecond second in entry?.Seconds ?? []) named.Add(second.Round, second);
        foreach (RoundLeaf leaf in outcome.Seconds)
        {
            TurnPlan();
            RoundLeaf expected = _log.Backfill();
            if (named.Remove(leaf.Round, out EnteredSecond second)) expected = expected with { CoreRoot = second.CoreRoot, Events = second.Events, Mark = RoundMark.Live };
            Assert.Equal(expected, leaf);
            Assert.Equal(CalendarVerdict.Accepted, _log.Append(leaf, out _));
            Leaves.Add(leaf);
        }

        Assert.Empty(named);
        TurnPlan();
        Agree(outcome.State!);
    }

    private void TurnPlan()
    {
        if (_plan + 1 == _plans.Length || _plans[_plan + 1].FirstRound > _log.NextRound) return;
        // In exactly its first second, never later.
        Assert.True(_log.TryFollow(_plans[++_plan]));
    }

    private void Agree(LedgerState state)
    {
        EventCalendarRecord record = state.Records.EventCalendar;
        Assert.Equal((genesis.Time.Milliseconds / 1000, _log.Size, _log.Root), ((long)record.FirstSecond, record.Size, record.Root));
        Assert.Equal(_log.NextRound.Second, record.NextSecond);
        Assert.Equal(_plans[_plan..].Select(static it => (it.Epoch, it.FirstRound.Second, it.Root, it.Slots[^1])), record.Plans.Select(static it => (it.Epoch, it.FirstSecond, it.Root, it.Slots)));
    }
}
