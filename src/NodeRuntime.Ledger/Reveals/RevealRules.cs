using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Reveals;

/// <summary>
/// What a proposer must reveal. Each view that a validator leads has a value of its chain of its own, counted from its anchor, whether the
/// view ends with a block or is skipped: so there is nothing to choose, and what a lost proposal showed is of no use a second time.
/// </summary>
public static class RevealRules
{
    /// <summary>
    /// How deep in its chain the value lies that a key must show as the proposer of a child of this state; null where it must show none: it
    /// committed to no chain, not long enough ago, or it has none left.
    /// </summary>
    /// <param name="missed">Views that it led between the parent's and the block's.</param>
    public static uint? DepthDue(LedgerState parent, in PublicKey key, ulong missed)
    {
        if (parent.Records.Reveal(key) is not { } record || parent.Height.Next < record.From) return null;
        uint left = record.Left(parent.Parameters.Beacon.RevealsMax);
        return missed < left ? record.Used + record.Missed + (uint)missed + 1 : null;
    }

    /// <summary>For a block of the epoch that its parent's state is in, by the leader of its view.</summary>
    internal static BlockVerdict Check(LedgerState parent, BlockTurn turn)
    {
        Invariant.Holds(parent.Validators.Contains(turn.Proposer));
        Invariant.Holds(turn.Missed.IsEmpty || turn.Missed.Length == parent.Validators.Count);
        PublicKey key = parent.Validators[turn.Proposer].Key;
        if (DepthDue(parent, key, turn.MissedBy(turn.Proposer)) is not { } depth)
        {
            if (turn.Reveal is not null) return BlockVerdict.RevealNotDue;
        }
        else
        {
            if (turn.Reveal is not { } reveal) return BlockVerdict.RevealMissing;
            RevealRecord record = parent.Records.Reveal(key)!;
            if (RevealChain.Back(reveal, depth - record.Used) != record.Tip) return BlockVerdict.RevealWrong;
        }

        return turn.Beacon == Beacon.Next(parent.Beacon, turn.Reveal) ? BlockVerdict.Accepted : BlockVerdict.BeaconWrong;
    }
}
