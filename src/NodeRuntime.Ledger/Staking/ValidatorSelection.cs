using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Ledger.Slashing;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Staking;

/// <summary>
/// Who would vote in the next epoch, were it to begin now: a function of the state alone. Of all that want to and may, those with the
/// most weight have the places; among equals the lesser account goes first.
/// </summary>
internal static class ValidatorSelection
{
    /// <summary>Null where nobody wants to or may: then the set in force stays.</summary>
    /// <param name="height">Of the block that looks.</param>
    public static ValidatorSet? Select(LedgerRecords records, ChainParameters parameters, Epoch epoch, Height height)
    {
        SortedSet<AccountId> barred = SlashingRules.BarredAt(records, parameters, height);
        List<(AccountId Account, ValidatorMember Member)> candidates = [];
        foreach ((AccountId account, ValidatorRecord validator) in records.Validators())
        {
            if (!IsEligible(records, account, barred)) continue;
            ulong weight = WeightOf(records.Bond(account), validator, parameters);
            if (weight > 0) candidates.Add((account, new ValidatorMember(validator.Key, weight, validator.Peer)));
        }

        if (candidates.Count == 0) return null;
        candidates.Sort(static (left, right) =>
        {
            int byWeight = right.Member.Weight.CompareTo(left.Member.Weight);
            return byWeight != 0 ? byWeight : left.Account.CompareTo(right.Account);
        });
        int count = Math.Min(candidates.Count, parameters.ValidatorsMax);
        ImmutableArray<ValidatorMember>.Builder members = ImmutableArray.CreateBuilder<ValidatorMember>(count);
        for (int i = 0; i < count; i++) members.Add(candidates[i].Member);
        return new ValidatorSet(epoch, members.MoveToImmutable());
    }

    /// <summary>Whether an account may have a place, whatever its bond: the one predicate for what bars a validator.</summary>
    /// <param name="barred">What <see cref="SlashingRules.BarredAt"/> says.</param>
    public static bool IsEligible(LedgerRecords records, AccountId account, IReadOnlySet<AccountId> barred) =>
        records.Validator(account) is { } validator && !SlashingRules.IsJailed(records, validator.Key) && !barred.Contains(account);

    /// <summary>
    /// Votes for what is bonded and not asked back, at most <see cref="ValidatorSet.WeightMax"/>, so that a hundred stay below 2^62. What
    /// genesis granted counts instead, where it did.
    /// </summary>
    public static ulong WeightOf(BondRecord bond, ValidatorRecord validator, ChainParameters parameters)
    {
        if (validator.Granted > 0) return validator.Granted;
        if (bond.Bonded < parameters.ValidatorBondMin) return 0;
        UInt128 votes = bond.Bonded.Units / parameters.BondPerVote.Units;
        return votes > ValidatorSet.WeightMax ? ValidatorSet.WeightMax : (ulong)votes;
    }
}
