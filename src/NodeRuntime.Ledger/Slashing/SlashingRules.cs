using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Slashing;

public static class SlashingRules
{
    /// <summary>
    /// Whether a key may be punished: once in its life. A validator that went wrong has often signed many slots twice before
    /// anybody could stop it, and that is one fault; being out for good is the other half of the punishment.
    /// </summary>
    public static SlashingVerdict Check(LedgerRecords records, in PublicKey key) =>
        IsJailed(records, key) ? SlashingVerdict.AlreadyPunished : SlashingVerdict.Accepted;

    /// <summary>Whoever chooses a next set leaves these out.</summary>
    public static bool IsJailed(LedgerRecords records, in PublicKey key) => records.Jail(key) is not null;

    /// <summary>
    /// Accounts whose key was punished and whose time in jail is not over: another key would not help them. Scans everybody who was ever
    /// punished, of whom each has paid for it.
    /// </summary>
    public static SortedSet<AccountId> BarredAt(LedgerRecords records, ChainParameters parameters, Height height)
    {
        ulong blocks = (ulong)parameters.Slashing.JailEpochs * parameters.EpochBlocks;
        SortedSet<AccountId> barred = [];
        foreach (JailRecord jail in records.Jailed(int.MaxValue))
        {
            if (height.Number - jail.Height.Number < blocks) barred.Add(jail.Account);
        }

        return barred;
    }

    /// <summary>The first offence that may not be punished where it stands; -1 where all may.</summary>
    internal static int FindRefused(LedgerRecords records, ImmutableArray<Offence> offences)
    {
        for (int i = 0; i < offences.Length; i++)
        {
            if (Check(records, offences[i].Key) != SlashingVerdict.Accepted) return i;
            for (int j = 0; j < i; j++)
            {
                if (offences[j].Key == offences[i].Key) return i;
            }
        }

        return -1;
    }
}
