using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// The ledger after one block, as a value: the tree of all records, and what every block needs of it already decoded.
/// Keep as many as you like; they share what they have in common.
/// </summary>
public sealed class LedgerState
{
    /// <summary>A tree that came from elsewhere.</summary>
    internal LedgerState(ChainId chain, StateTree tree, IWorkHashes? works = null)
        : this(chain, tree, works ?? PortableWorkHashes.Instance, new LedgerRecords(tree).Parameters, new LedgerRecords(tree).Epoch, new LedgerRecords(tree).EpochDue)
    {
    }

    /// <summary>A child of a state that had the rare ones decoded: a hundred validators are not read anew for every block.</summary>
    internal LedgerState(ChainId chain, StateTree tree, IWorkHashes works, ChainParameters parameters, EpochRecord epoch, EpochRecord? due)
    {
        Works = works;
        Chain = chain;
        Tree = tree;
        Parameters = parameters;
        Epoch = epoch;
        EpochDue = due;
        Supply = Records.Supply;
        Clock = Records.Clock;
        Beacon = Records.Beacon.Value;
    }

    /// <summary>The state at height 0. A genesis that decoded is well formed; one that was composed here must be.</summary>
    /// <param name="works">What accusations are decided with, on a chain whose work function is not in C#; see <see cref="With"/>.</param>
    public static LedgerState FromGenesis(Genesis genesis, IWorkHashes? works = null)
    {
        if (!genesis.IsDevelopment) Invariant.Holds(genesis.Parameters.FaucetAmount == Amount.Zero);
        ClockRecord clock = new(Height.Genesis, genesis.Time, genesis.Time);
        EpochRecord epoch = new(genesis.ValidatorSet, Height.Genesis);
        LedgerDraft draft = new(genesis.ChainId, genesis.Parameters, clock, StateTree.Empty, works ?? PortableWorkHashes.Instance, epoch, due: null);
        draft.Put(StateKeys.Parameters, genesis.Parameters.Write);
        EpochApplication.Begin(draft, genesis);
        draft.Put(StateKeys.Beacon, new BeaconRecord(NodeRuntime.Proofs.Chain.Beacon.Genesis(genesis.ChainId)).Write);
        CapacityClock.Begin(draft);
        EventCalendarApplication.Begin(draft, genesis);
        Purse purse = new(draft);
        foreach (GenesisAllocation allocation in genesis.Allocations)
        {
            purse.Mint(allocation.Account, allocation.Balance + allocation.Bond);
            purse.Bond(allocation.Account, allocation.Bond);
        }

        return draft.Finish();
    }

    public ChainId Chain { get; }

    public StateTree Tree { get; }

    public ChainParameters Parameters { get; }

    public SupplyRecord Supply { get; }

    /// <summary>The height and the time of the block that made it.</summary>
    public Height Height => Clock.Height;

    public Instant Time => Clock.Time;

    public ClockRecord Clock { get; }

    /// <summary>Who votes on the block that follows.</summary>
    public ValidatorSet Validators => Epoch.Validators;

    /// <summary>The set that the block which follows may seal for; null where none is due.</summary>
    public ValidatorSet? ValidatorsDue => EpochDue?.Validators;

    internal EpochRecord Epoch { get; }

    internal EpochRecord? EpochDue { get; }

    /// <summary>The chain's randomness after this block.</summary>
    public Hash256 Beacon { get; }

    /// <summary>What a child's header carries as its parent's state root.</summary>
    public Hash256 Root => Tree.Root;

    public LedgerRecords Records => new(Tree);

    /// <summary>What accusations in children of this state are decided with. No part of the state: all work functions say the same everywhere.</summary>
    public IWorkHashes Works { get; }

    /// <summary>The same state on a machine with these work functions.</summary>
    public LedgerState With(IWorkHashes works) => new(Chain, Tree, works, Parameters, Epoch, EpochDue);

    public StateProof Prove(StateKey key) => Tree.Prove(key);
}
