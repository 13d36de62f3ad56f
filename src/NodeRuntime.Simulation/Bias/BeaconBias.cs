using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation.Bias;

/// <summary>
/// How far one validator bends the beacon by keeping blocks back: the real leaders, chains of reveals and ledger, on a network that loses
/// nothing else. Every fourth block is a target: its beacon's lowest bit is wanted to be 1.
/// </summary>
public sealed class BeaconBias
{
    // Probabilities are whole parts of this.
    private const long Sure = 1L << 32;
    private const int Player = 0;
    private const ulong Distance = 4;

    private readonly BiasConfig _config;
    private readonly ValidatorSet _set;
    private readonly ImmutableArray<RevealChain> _reveals;
    private readonly SimulatedSignatures _signatures = new();
    private LedgerState _state;
    private View _view = View.Genesis.Next;
    private View _parentView = View.Genesis;
    private Height _target;
    private int _wanted;
    private int _withheld;
    private int _withheldMost;

    private BeaconBias(BiasConfig config)
    {
        _config = config;
        Prng prng = new(config.Seed);
        ImmutableArray<GenesisValidator>.Builder validators = ImmutableArray.CreateBuilder<GenesisValidator>(config.Validators);
        ImmutableArray<RevealChain>.Builder reveals = ImmutableArray.CreateBuilder<RevealChain>(config.Validators);
        // Where there are few it leads one view for each target, and loses some more at most.
        BeaconParameters parameters = BeaconParameters.Development with { RevealsMax = uint.Min(BeaconParameters.RevealsMost, (4 * (uint)config.Trials) + 64) };
        AccountId player = default;
        for (int i = 0; i < config.Validators; i++)
        {
            ISigner signer = _signatures.CreateSigner(prng);
            byte[] secret = new byte[Hash256.ByteCount];
            prng.Fill(secret);
            reveals.Add(RevealChain.FromSecret(new Hash256(secret), parameters.RevealsMax));
            validators.Add(new GenesisValidator(signer.PublicKey, 1, reveals[i].Anchor));
            if (i == Player) player = KeyPolicy.Single(signer.PublicKey).ToAccountId();
        }

        _reveals = reveals.MoveToImmutable();
        byte[] nonce = new byte[Hash256.ByteCount];
        prng.Fill(nonce);
        Genesis genesis = new()
        {
            Name = "bias",
            IsDevelopment = true,
            Nonce = new Hash256(nonce),
            Time = World.Start,
            Parameters = ChainParameters.Development with { Beacon = parameters, EpochBlocks = ChainParameters.EpochBlocksMax },
            Validators = validators.MoveToImmutable(),
            Allocations = [new GenesisAllocation(player, Amount.Zero, Amount.FromTokens(1_000_000_000))],
        };
        _set = genesis.ValidatorSet;
        _state = LedgerState.FromGenesis(genesis);
    }

    public static BiasReport Run(BiasConfig config)
    {
        BeaconBias bias = new(config);
        for (int trial = 0; trial < config.Trials; trial++) bias.Try();
        return new BiasReport
        {
            Config = config,
            Wanted = bias._wanted,
            Withheld = bias._withheld,
            WithheldMost = bias._withheldMost,
            Penalties = (ulong)(bias._state.Supply.Burned.Units / BeaconParameters.Development.MissedPenalty.Units),
        };
    }

    private void Try()
    {
        int before = _withheld;
        _target = new Height(_state.Height.Number + Distance);
        while (_state.Height < _target)
        {
            bool isKeptBack = IsOurs(_view) && KeepsBack();
            if (isKeptBack) _withheld++;
            else Propose();
            _view = _view.Next;
        }

        if (IsGood(_state.Beacon)) _wanted++;
        _withheldMost = int.Max(_withheldMost, _withheld - before);
    }

    private void Propose()
    {
        ValidatorIndex leader = LeaderSchedule.LeaderOf(_state.Chain, _set, _view);
        ImmutableArray<ulong> missed = LeaderSchedule.TurnsBetween(_state.Chain, _set, _parentView, _view);
        BlockTurn turn = new(leader, missed);
        uint? depth = RevealRules.DepthDue(_state, _set[leader].Key, turn.MissedBy(leader));
        Invariant.Holds(depth is not null);
        Hash256 reveal = _reveals[leader.Number].At(depth.Value);
        turn = turn with { Reveal = reveal, Beacon = Beacon.Next(_state.Beacon, reveal) };
        BlockContext block = BlockContext.After(_state, _state.Time + Duration.FromSeconds(1)) with { Turn = turn };
        BlockOutcome outcome = BlockApplication.Apply(_state, block, [], _signatures);
        Invariant.Holds(outcome.Verdict == BlockVerdict.Accepted);
        _state = outcome.State!;
        _parentView = _view;
    }

    // ---- what the player thinks ----

    private bool KeepsBack()
    {
        int left = (int)(_target.Number - _state.Height.Number);
        ImmutableArray<ulong> missed = LeaderSchedule.TurnsBetween(_state.Chain, _set, _parentView, _view);
        uint depth = RevealRules.DepthDue(_state, _set.Members[Player].Key, missed.IsEmpty ? 0 : missed[Player])!.Value;
        Hash256 next = Beacon.Next(_state.Beacon, _reveals[Player].At(depth));
        return _config.Strategy switch
        {
            Withholding.Never => false,
            Withholding.AtTheEnd => left == 1 && !IsGood(next),
            // For nothing it gives nothing up.
            Withholding.Planned => Known(_state.Beacon, depth + 1, _view.Next, left) > After(next, depth + 1, _view.Next, left - 1),
        };
    }

    private long After(Hash256 beacon, uint depth, View view, int left) => left == 0 ? (IsGood(beacon) ? Sure : 0) : Known(beacon, depth, view, left);

    // How likely the bit comes to be right, seen before a view, with so many blocks to go. The beacon is known as long as all views are ours.
    private long Known(Hash256 beacon, uint depth, View view, int left)
    {
        if (!IsOurs(view)) return left == 1 ? Sure / 2 : Unknown(view.Next, left - 1);
        Hash256 next = Beacon.Next(beacon, _reveals[Player].At(depth));
        return long.Max(After(next, depth + 1, view.Next, left - 1), Known(beacon, depth + 1, view.Next, left));
    }

    private long Unknown(View view, int left)
    {
        if (!IsOurs(view)) return left == 1 ? Sure / 2 : Unknown(view.Next, left - 1);
        // The last block is ours: right at once, or one more chance.
        if (left == 1) return (Sure + Unknown(view.Next, 1)) / 2;
        return long.Max(Unknown(view.Next, left - 1), Unknown(view.Next, left));
    }

    private bool IsOurs(View view) => LeaderSchedule.LeaderOf(_state.Chain, _set, view).Number == Player;

    private static bool IsGood(Hash256 beacon) => (beacon.AsSpan()[^1] & 1) == 1;
}
