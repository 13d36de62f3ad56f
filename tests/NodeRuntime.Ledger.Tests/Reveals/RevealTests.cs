using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Reveals;

/// <summary>What a block must show, what it does to the beacon, and what silence costs.</summary>
public sealed class RevealTests
{
    private static readonly Duration Step = Duration.FromSeconds(1);
    private static readonly string[] Names = ["ana", "bea", "cleo", "dora"];

    private readonly KeyedHashVerifier _verifier = new();
    private LedgerState _state;

    // Ana, Bea and Cleo have bonds and chains of 64; Dora has neither.
    public RevealTests() => _state = LedgerState.FromGenesis(GenesisOf(LedgerWorld.Parameters));

    [Theory]
    [InlineData("none", BlockVerdict.Accepted)]
    [InlineData("nothing", BlockVerdict.RevealMissing)]
    [InlineData("zeros", BlockVerdict.RevealWrong)]
    [InlineData("the last one again", BlockVerdict.RevealWrong)]
    [InlineData("the anchor", BlockVerdict.RevealWrong)]
    [InlineData("one too deep", BlockVerdict.RevealWrong)]
    [InlineData("one of a view that was skipped", BlockVerdict.RevealWrong)]
    [InlineData("another's", BlockVerdict.RevealWrong)]
    [InlineData("another beacon", BlockVerdict.BeaconWrong)]
    [InlineData("the parent's beacon", BlockVerdict.BeaconWrong)]
    [InlineData("a beacon of nothing", BlockVerdict.BeaconWrong)]
    [InlineData("something without a chain", BlockVerdict.RevealNotDue)]
    [InlineData("nothing without a chain", BlockVerdict.Accepted)]
    public void Each_defect_has_its_verdict(string defect, BlockVerdict verdict)
    {
        Assert.Equal(BlockVerdict.Accepted, Propose(0));
        Assert.Equal(BlockVerdict.Accepted, Propose(0));
        RevealChain chain = LedgerWorld.Reveals("ana");
        BlockContext good = Turn(0, chain.At(3));
        BlockTurn turn = good.Turn!;
        BlockContext block = defect switch
        {
            "none" => good,
            "nothing" => Turn(0, null),
            "zeros" => Turn(0, Hash256.Zero),
            "the last one again" => Turn(0, chain.At(2)),
            "the anchor" => Turn(0, chain.Anchor),
            "one too deep" => Turn(0, chain.At(4)),
            "one of a view that was skipped" => Turn(0, chain.At(3), 1),
            "another's" => Turn(0, LedgerWorld.Reveals("bea").At(1)),
            "another beacon" => good with { Turn = turn with { Beacon = Hasher.Sha256([1]) } },
            "the parent's beacon" => good with { Turn = turn with { Beacon = _state.Beacon } },
            "a beacon of nothing" => good with { Turn = turn with { Beacon = Beacon.Next(_state.Beacon, null) } },
            "something without a chain" => Turn(3, chain.At(3)),
            _ => Turn(3, null),
        };
        BlockOutcome outcome = BlockApplication.Apply(_state, block, [], _verifier);
        Assert.Equal(verdict, outcome.Verdict);
        Assert.Equal(verdict, BlockApplication.Replay(_state, block, []).Verdict);
        Assert.Equal(verdict == BlockVerdict.Accepted ? block.Turn!.Beacon : null, outcome.State?.Beacon);
    }

    [Fact]
    public void Each_view_of_a_validator_has_a_reveal_of_its_own_whatever_becomes_of_it()
    {
        Prng prng = new(16);
        ulong[] views = new ulong[Names.Length];
        SortedSet<Hash256> shown = [];
        Hash256 beacon = _state.Beacon;
        for (int block = 0; block < 40; block++)
        {
            ImmutableArray<ulong> missed = prng.NextBelow(3) == 0 ? [.. Names.Select(_ => (ulong)prng.NextBelow(2))] : [];
            int proposer = prng.NextBelow(Names.Length);
            for (int i = 0; i < missed.Length; i++) views[i] += missed[i];
            views[proposer]++;
            Hash256? reveal = proposer == 3 || views[proposer] > 64 ? null : LedgerWorld.Reveals(Names[proposer]).At((uint)views[proposer]);
            Assert.Equal(BlockVerdict.Accepted, Take(Turn(proposer, reveal, [.. missed])));
            if (reveal is { } value) Assert.True(shown.Add(value));
            beacon = Beacon.Next(beacon, reveal);
            Assert.Equal(beacon, _state.Records.Beacon.Value);
        }

        Assert.Equal(views[1], (ulong)(Record("bea").Used + Record("bea").Missed));
    }

    [Fact]
    public void A_chain_that_is_used_up_shows_nothing_more_and_holds_nobody_up()
    {
        for (uint i = 1; i <= 64; i++) Assert.Equal(BlockVerdict.Accepted, Propose(1));
        Assert.Equal(0U, Record("bea").Left(64));
        Assert.Equal(BlockVerdict.RevealNotDue, Take(Turn(1, LedgerWorld.Reveals("bea").At(64))));
        Hash256 before = _state.Beacon;
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(1, null, 0, 7)));
        Assert.NotEqual(before, _state.Beacon);
        Assert.Equal(0U, Record("bea").Missed);
    }

    [Fact]
    public void Views_that_pass_use_a_chain_up_as_well_and_not_more_of_it_than_there_is()
    {
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(0, LedgerWorld.Reveals("ana").At(1), 0, 63)));
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(1, LedgerWorld.Reveals("bea").At(64))));
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(0, LedgerWorld.Reveals("ana").At(2), 0, 0, ulong.MaxValue)));
        Assert.Equal(64U, Record("cleo").Missed);
        Assert.Equal(BlockVerdict.RevealNotDue, Take(Turn(2, LedgerWorld.Reveals("cleo").At(64))));
    }

    [Theory]
    [InlineData(3, 997)]
    [InlineData(1_000, 0)]
    [InlineData(2_000, 0)]
    [InlineData(ulong.MaxValue, 0)]
    public void Silence_burns_the_bond_view_by_view_and_no_more_than_there_is(ulong views, ulong left)
    {
        Amount burned = _state.Supply.Burned;
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(0, LedgerWorld.Reveals("ana").At(1), 0, views)));
        Assert.Equal(new Amount(left), BondOf("bea"));
        Assert.Equal(new Amount(1_000 - left), _state.Supply.Burned - burned);
        Assert.Equal(new Amount(1_000), BondOf("ana"));
    }

    [Fact]
    public void Whoever_has_no_bond_pays_nothing()
    {
        Amount burned = _state.Supply.Burned;
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(0, LedgerWorld.Reveals("ana").At(1), 0, 0, 0, 9)));
        Assert.Equal(burned, _state.Supply.Burned);
    }

    [Fact]
    public void Where_the_chain_stood_still_silence_costs_nothing_and_counts_all_the_same()
    {
        BlockContext late = Turn(0, LedgerWorld.Reveals("ana").At(1), 0, 5);
        Assert.Equal(BlockVerdict.Accepted, Take(late with { Time = _state.Time + Duration.FromSeconds(31) }));
        Assert.Equal(new Amount(1_000), BondOf("bea"));
        Assert.Equal(5U, Record("bea").Missed);
        Assert.Equal(BlockVerdict.RevealWrong, Take(Turn(1, LedgerWorld.Reveals("bea").At(1))));
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(1, LedgerWorld.Reveals("bea").At(6))));
    }

    [Fact]
    public void What_is_asked_back_pays_too()
    {
        Transaction unbond = TransactionBuilder.Sign(
            LedgerWorld.Signer("bea"), _state.Chain, 0, _state.Parameters.TransactionFee, new Height(9), [new Message.Unbond(new Amount(999))]);
        Take(BlockApplication.Apply(_state, BlockContext.After(_state, _state.Time + Step), [unbond.Encode()], _verifier));
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(0, LedgerWorld.Reveals("ana").At(1), 0, 4)));
        BondRecord bond = _state.Records.Bond(LedgerWorld.Account("bea"));
        Assert.Equal((new Amount(0), new Amount(996)), (bond.Bonded, bond.Unbonding));
    }

    [Fact]
    public void An_anchor_counts_an_epochs_blocks_after_it_was_said()
    {
        Declare("dora", "dora", "dora");
        Height from = new(_state.Height.Number + _state.Parameters.EpochBlocks);
        Assert.Equal(from, Record("dora").From);
        while (_state.Height.Next < from)
        {
            Assert.Equal(BlockVerdict.RevealNotDue, Take(Turn(3, LedgerWorld.Reveals("dora").At(1))));
            // Views that pass meanwhile use nothing up: nobody was to show anything.
            Assert.Equal(BlockVerdict.Accepted, Take(Turn(3, null, 0, 0, 0, 1)));
        }

        Assert.Equal(BlockVerdict.RevealMissing, Take(Turn(3, null)));
        Assert.Equal(BlockVerdict.Accepted, Take(Turn(3, LedgerWorld.Reveals("dora").At(1))));
    }

    [Fact]
    public void A_key_has_one_chain_and_what_it_showed_stays_shown()
    {
        Assert.Equal(BlockVerdict.Accepted, Propose(0));
        Message.DeclareValidator again = LedgerWorld.Declare(_state.Chain, "ana", "ana", "ana");
        Message.DeclareValidator other = Possession.Declare(
            _state.Chain, LedgerWorld.Account("ana"), LedgerWorld.Signer("ana"), LedgerWorld.Signer("ana"), LedgerWorld.Reveals("bea").Anchor);
        BlockOutcome refused = Send("ana", other);
        Assert.Equal("Staking." + nameof(StakingVerdict.AnchorDiffers), refused.Refusal.Name);
        Assert.Equal(BlockVerdict.Accepted, Send("ana", again).Verdict);
        Assert.Equal(1U, Record("ana").Used);
        Assert.Equal(Height.Genesis, Record("ana").From);
    }

    [Fact]
    public void A_key_that_comes_back_goes_on_where_it_was()
    {
        Assert.Equal(BlockVerdict.Accepted, Propose(0));
        Message.LeaveValidators leave = new();
        Assert.Equal(BlockVerdict.Accepted, Send("ana", leave).Verdict);
        while (_state.ValidatorsDue is null) Assert.Equal(BlockVerdict.Accepted, Propose(1));
        BlockContext seal = Turn(1, LedgerWorld.Reveals("bea").At(Record("bea").Used + 1)) with { NextSetHash = _state.ValidatorsDue.Hash };
        Assert.Equal(BlockVerdict.Accepted, Take(seal));
        Assert.NotNull(_state.Records.ValidatorKey(LedgerWorld.Signer("ana").PublicKey)!.BoundUntil);
        Assert.Equal(1U, Record("ana").Used);
        Declare("ana", "ana", "ana");
        Assert.Equal(1U, Record("ana").Used);
    }

    [Fact]
    public void A_chain_that_was_never_used_is_forgotten_with_its_key()
    {
        Declare("dora", "first key", "dora");
        Declare("dora", "second key", "dora");
        Assert.Null(_state.Records.Reveal(LedgerWorld.Signer("first key").PublicKey));
        Assert.NotNull(_state.Records.Reveal(LedgerWorld.Signer("second key").PublicKey));
        // Of a key that votes it stays until the seal.
        Assert.Equal(BlockVerdict.Accepted, Send("ana", new Message.LeaveValidators()).Verdict);
        Assert.Equal(LedgerWorld.Reveals("ana").Anchor, Record("ana").Anchor);
    }

    [Fact]
    public void Whoever_only_looks_ahead_moves_no_beacon()
    {
        Hash256 before = _state.Beacon;
        Take(BlockApplication.Apply(_state, BlockContext.After(_state, _state.Time + Step), [], _verifier));
        Assert.Equal(before, _state.Beacon);
    }

    private static Genesis GenesisOf(ChainParameters parameters)
    {
        GenesisValidator[] validators =
        [
            .. Names.Select(name => new GenesisValidator(
                LedgerWorld.Signer(name).PublicKey, 1, name == "dora" ? null : LedgerWorld.Reveals(name).Anchor)),
        ];
        return new Genesis
        {
            Name = "reveals",
            IsDevelopment = true,
            Nonce = Hasher.Sha256([16]),
            Time = Instant.FromMilliseconds(1_000_000),
            Parameters = parameters with { ValidatorBondMin = new Amount(100), BondPerVote = new Amount(50) },
            Validators = [.. validators],
            Allocations =
            [
                .. Names.Select(name => new GenesisAllocation(LedgerWorld.Account(name), new Amount(1_000), new Amount(name == "dora" ? 0U : 1_000U)))
                    .OrderBy(static allocation => allocation.Account),
            ],
        };
    }

    private RevealRecord Record(string name) => _state.Records.Reveal(LedgerWorld.Signer(name).PublicKey)!;

    private Amount BondOf(string name) => _state.Records.Bond(LedgerWorld.Account(name)).Bonded;

    private BlockContext Turn(int proposer, Hash256? reveal, params ulong[] missed)
    {
        ulong[] all = new ulong[missed.Length == 0 ? 0 : Names.Length];
        missed.CopyTo(all, 0);
        BlockTurn turn = new(new ValidatorIndex((ushort)proposer), [.. all]) { Reveal = reveal, Beacon = Beacon.Next(_state.Beacon, reveal) };
        return BlockContext.After(_state, _state.Time + Step) with { Turn = turn };
    }

    private BlockVerdict Propose(int proposer)
    {
        RevealRecord record = Record(Names[proposer]);
        return Take(Turn(proposer, LedgerWorld.Reveals(Names[proposer]).At(record.Used + record.Missed + 1)));
    }

    private BlockVerdict Take(BlockContext block) => Take(BlockApplication.Apply(_state, block, [], _verifier)).Verdict;

    private BlockOutcome Take(BlockOutcome outcome)
    {
        if (outcome.State is not { } state) return outcome;
        _state = state;
        Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(state));
        return outcome;
    }

    private BlockOutcome Send(string name, params Message[] messages)
    {
        ulong sequence = _state.Records.Account(LedgerWorld.Account(name)).Sequence;
        Transaction transaction = TransactionBuilder.Sign(
            LedgerWorld.Signer(name), _state.Chain, sequence, _state.Parameters.TransactionFee, new Height(_state.Height.Number + 9), [.. messages]);
        return Take(BlockApplication.Apply(_state, BlockContext.After(_state, _state.Time + Step), [transaction.Encode()], _verifier));
    }

    private void Declare(string account, string key, string node)
    {
        Message declare = LedgerWorld.Declare(_state.Chain, account, key, node);
        bool isBonded = BondOf(account) >= new Amount(100);
        BlockOutcome outcome = isBonded ? Send(account, declare) : Send(account, new Message.Bond(new Amount(100)), declare);
        Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
    }
}
