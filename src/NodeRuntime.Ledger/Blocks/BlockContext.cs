using System.Collections.Immutable;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Blocks;

/// <summary>What a header says to the ledger.</summary>
public readonly record struct BlockContext(ChainId Chain, Epoch Epoch, Height Height, Instant Time, Hash256 ParentStateRoot)
{
    private readonly ImmutableArray<Offence> _offences;

    /// <summary>What the block's evidence says, in its order.</summary>
    public ImmutableArray<Offence> Offences
    {
        get => _offences.IsDefault ? [] : _offences;
        init => _offences = value;
    }

    /// <summary>What it enters into the calendar of events; null for nothing.</summary>
    public CalendarEntry? Seconds { get; init; }

    /// <summary>The hash of the set that the block seals for; null where it seals nothing.</summary>
    public Hash256? NextSetHash { get; init; }

    /// <summary>
    /// Whose turn it is, with what the header shows of the beacon; null for whoever only looks ahead: then the beacon stays as it is.
    /// </summary>
    public BlockTurn? Turn { get; init; }

    /// <summary>For a voter: what this header says.</summary>
    /// <param name="missed">How often each of the set in force led a view between the parent's and this one.</param>
    public static BlockContext Of(BlockHeader header, ImmutableArray<ulong> missed) =>
        new(header.Chain, header.Epoch, header.Height, header.Time, header.ParentStateRoot)
        {
            NextSetHash = header.NextSetHash,
            Turn = new BlockTurn(header.Proposer, missed) { Reveal = header.Reveal, Beacon = header.Beacon },
        };

    /// <summary>For a proposer: a child of this state, at a time that is rounded down to the resolution of ledger time.</summary>
    public static BlockContext After(LedgerState parent, Instant time) =>
        new(parent.Chain, parent.Validators.Epoch, parent.Height.Next, Instant.FromMilliseconds(time.Milliseconds), parent.Root);
}
