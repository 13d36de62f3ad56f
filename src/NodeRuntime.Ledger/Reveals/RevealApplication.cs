using System;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Reveals;

/// <summary>
/// A block's turn: who let a view pass has one reveal less and pays for it, the proposer's chain comes to what it showed, and the beacon to
/// what the header says. Silence is paid for where it may have been chosen: not where the chain stood still, and by whoever has a bond.
/// </summary>
internal static class RevealApplication
{
    /// <summary>The header's word was checked.</summary>
    public static void Apply(LedgerDraft draft, ValidatorSet set, BlockTurn turn, bool stoodStill)
    {
        for (int i = 0; i < turn.Missed.Length; i++)
        {
            if (turn.Missed[i] == 0) continue;
            PublicKey key = set.Members[i].Key;
            Miss(draft, key, turn.Missed[i]);
            if (!stoodStill) Charge(draft, key, turn.Missed[i]);
        }

        if (turn.Reveal is { } reveal) Show(draft, set[turn.Proposer].Key, reveal);
        draft.Put(StateKeys.Beacon, new BeaconRecord(turn.Beacon).Write);
    }

    private static void Miss(LedgerDraft draft, in PublicKey key, ulong views)
    {
        if (draft.Records.Reveal(key) is not { } record || draft.Height < record.From) return;
        uint missed = (uint)Math.Min(views, record.Left(draft.Parameters.Beacon.RevealsMax));
        if (missed > 0) draft.Put(key, record with { Missed = record.Missed + missed });
    }

    private static void Charge(LedgerDraft draft, in PublicKey key, ulong views)
    {
        AccountId account = draft.Records.ValidatorOf(key) ?? Invariant.Unreachable<AccountId>("a validator that is nobody's");
        BondRecord bond = draft.Records.Bond(account);
        Amount held = bond.Bonded + bond.Unbonding;
        Amount penalty = draft.Parameters.Beacon.MissedPenalty;
        // By division, which cannot overflow.
        Amount burned = held.Units / penalty.Units < views ? held : new Amount(penalty.Units * views);
        if (burned == Amount.Zero) return;
        new Purse(draft).BurnBond(account, burned);
        draft.Tell(new LedgerEvent.TurnsMissed(account, key, views, burned));
    }

    private static void Show(LedgerDraft draft, in PublicKey key, Hash256 reveal)
    {
        RevealRecord record = draft.Records.Reveal(key) ?? Invariant.Unreachable<RevealRecord>("a reveal of no chain");
        draft.Put(key, record with { Tip = reveal, Used = record.Used + record.Missed + 1, Missed = 0 });
    }
}
