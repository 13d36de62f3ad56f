using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Staking;

internal static class StakingApplication
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.Bond bond)
    {
        new Purse(draft).Bond(sender, bond.Amount);
        draft.Tell(new LedgerEvent.Bonded(sender, bond.Amount));
    }

    /// <summary>A second request before the first is free joins it and starts the wait anew.</summary>
    public static void Apply(LedgerDraft draft, AccountId sender, Message.Unbond unbond)
    {
        BondRecord bond = draft.Records.Bond(sender);
        Instant freeAt = draft.Time + draft.Parameters.UnbondingTime;
        if (bond.Unbonding > Amount.Zero) draft.Unschedule(bond.FreeAt, DeadlineKind.Unbonding, sender.Hash);
        draft.Put(sender, bond with
        {
            Bonded = bond.Bonded - unbond.Amount,
            Unbonding = bond.Unbonding + unbond.Amount,
            FreeAt = freeAt,
        });
        draft.Schedule(freeAt, DeadlineKind.Unbonding, sender.Hash);
        draft.Tell(new LedgerEvent.UnbondingStarted(sender, unbond.Amount, freeAt));
    }

    /// <summary>Whoever declares itself votes for its bond from then on, not for what genesis granted.</summary>
    public static void Apply(LedgerDraft draft, AccountId sender, Message.DeclareValidator declare)
    {
        ValidatorRecord record = new(declare.Key, declare.NodeKey.ToPeerId(), Granted: 0);
        // What a key has shown of its chain stays shown.
        RevealRecord? before = draft.Records.Reveal(declare.Key);
        draft.Put(sender, record);
        Height from = new(draft.Height.Number + draft.Parameters.EpochBlocks);
        draft.Put(declare.Key, before ?? RevealRecord.Begin(declare.Anchor, from));
        draft.Tell(new LedgerEvent.ValidatorDeclared(sender, record.Key, record.Peer));
    }

    public static void Leave(LedgerDraft draft, AccountId sender)
    {
        draft.RemoveValidator(sender);
        draft.Tell(new LedgerEvent.ValidatorLeft(sender));
    }

    public static void LeaseOpened(LedgerDraft draft, AccountId provider)
    {
        BondRecord bond = draft.Records.Bond(provider);
        draft.Put(provider, bond with { OpenLeases = bond.OpenLeases + 1 });
    }

    public static void LeaseEnded(LedgerDraft draft, AccountId provider)
    {
        BondRecord bond = draft.Records.Bond(provider);
        draft.Put(provider, bond with { OpenLeases = bond.OpenLeases - 1 });
        ReleaseIfFree(draft, provider);
    }

    /// <summary>
    /// Gives back what was asked back once its time has come and no lease is open: so nobody takes a lease and walks away
    /// with the bond behind it. Asked for by the calendar and by the end of each lease, whichever is later.
    /// </summary>
    public static void ReleaseIfFree(LedgerDraft draft, AccountId provider)
    {
        BondRecord bond = draft.Records.Bond(provider);
        if (bond.Unbonding == Amount.Zero || bond.FreeAt > draft.Time || bond.OpenLeases > 0) return;
        draft.Unschedule(bond.FreeAt, DeadlineKind.Unbonding, provider.Hash);
        Amount freed = new Purse(draft).Free(provider);
        draft.Tell(new LedgerEvent.Unbonded(provider, freed));
    }
}
