using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Seconds;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Staking;

/// <summary>
/// Epochs as the ledger keeps them: which set is in force and which is due. Every so many blocks after a seal the stakes are looked
/// at; the set that is found then is due until the next look, so that its members know for how long what they say stays true. A block
/// that seals turns what is due into what is in force.
/// </summary>
internal static class EpochApplication
{
    public static void Begin(LedgerDraft draft, Genesis genesis)
    {
        foreach (GenesisValidator validator in genesis.Validators)
        {
            AccountId account = Crypto.KeyPolicy.Single(validator.Key).ToAccountId();
            draft.Put(account, new ValidatorRecord(validator.Key, validator.Key.ToPeerId(), validator.Weight));
            if (validator.Anchor is { } anchor) draft.Put(validator.Key, RevealRecord.Begin(anchor, Height.Genesis));
        }

        draft.SetEpoch(draft.Epoch);
    }

    /// <summary>Before a block's transactions. The header's word was checked.</summary>
    public static void Seal(LedgerDraft draft)
    {
        EpochRecord due = draft.EpochDue ?? Invariant.Unreachable<EpochRecord>("a seal without a set that is due");
        ValidatorSet before = draft.Epoch.Validators;
        draft.SetEpoch(new EpochRecord(due.Validators, draft.Height));
        draft.SetEpochDue(null);
        EventCalendarApplication.Seal(draft, due.Validators);
        foreach (ValidatorMember member in before.Members)
        {
            if (due.Validators.IndexOf(member.Key) is null) draft.BindKey(member.Key, draft.Time + draft.Parameters.UnbondingTime);
        }

        draft.Tell(new LedgerEvent.EpochSealed(due.Validators));
    }

    /// <summary>After a block's transactions, where the time for a look has come.</summary>
    public static void Look(LedgerDraft draft)
    {
        EpochRecord now = draft.Epoch;
        ulong blocks = draft.Height.Number - now.Since.Number;
        if (blocks == 0 || blocks % draft.Parameters.EpochBlocks != 0 || now.Validators.Epoch.Number == uint.MaxValue) return;
        // Seals came faster than the seconds in which the calendar of events begins to follow them.
        if (draft.Records.EventCalendar.Plans.Length == Limits.CalendarPlansMax) return;
        EpochRecord? before = draft.EpochDue;
        ValidatorSet? next = ValidatorSelection.Select(draft.Records, draft.Parameters, now.Validators.Epoch.Next, draft.Height);
        if (next is null || next.HasSameMembers(now.Validators)) draft.SetEpochDue(null);
        // The same set as before stays due under the hash that was signed.
        else if (before is null || !before.Validators.HasSameMembers(next)) draft.SetEpochDue(new EpochRecord(next, draft.Height));
        if (before is not null) ForgetKeys(draft, before.Validators);
    }

    /// <summary>What a key signed in the sets that it has left convicts nobody any more.</summary>
    public static void ReleaseKey(LedgerDraft draft, Hash256 subject)
    {
        ValidatorKeyRecord record = draft.Records.ValidatorKey(subject) ?? Invariant.Unreachable<ValidatorKeyRecord>("a bound key that is nobody's");
        draft.Put(record with { BoundUntil = null });
        draft.ForgetKey(record.Key);
    }

    private static void ForgetKeys(LedgerDraft draft, ValidatorSet before)
    {
        foreach (ValidatorMember member in before.Members) draft.ForgetKey(member.Key);
    }
}
