using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace NodeRuntime.Simulation.Histories;

/// <summary>A transfer that was asked for; amounts and the fee in base units.</summary>
/// <param name="IsApplied">Whether the ledger holds it in the end.</param>
public sealed record Transfer(long Id, int From, int To, UInt128 Amount, bool IsAcknowledged, bool IsApplied);

/// <summary>Whether accounts hold in the end what the transfers between them leave, and their sum with the fees what it was.</summary>
public static class TransferHistory
{
    /// <returns>What is wrong, a line each; none for a good history.</returns>
    public static ImmutableArray<string> Complaints(
        IReadOnlyList<UInt128> before, IReadOnlyList<UInt128> after, IEnumerable<Transfer> transfers, UInt128 fee)
    {
        ImmutableArray<string>.Builder complaints = ImmutableArray.CreateBuilder<string>();
        // In and out apart: sums of what is never negative.
        UInt128[] into = new UInt128[before.Count];
        UInt128[] outOf = new UInt128[before.Count];
        UInt128 fees = 0;
        foreach (Transfer transfer in transfers)
        {
            if (transfer is { IsAcknowledged: true, IsApplied: false }) complaints.Add($"transfer {transfer.Id} was acknowledged and is lost");
            if (!transfer.IsApplied) continue;
            into[transfer.To] += transfer.Amount;
            outOf[transfer.From] += transfer.Amount + fee;
            fees += fee;
        }

        UInt128 sumBefore = 0;
        UInt128 sumAfter = fees;
        for (int account = 0; account < before.Count; account++)
        {
            sumBefore += before[account];
            sumAfter += after[account];
            if (before[account] + into[account] != after[account] + outOf[account])
            {
                complaints.Add($"account {account} holds {after[account]}; it had {before[account]}, got {into[account]} and gave {outOf[account]}");
            }
        }

        if (sumBefore != sumAfter) complaints.Add($"all accounts and fees are {sumAfter} together and were {sumBefore}");
        return complaints.ToImmutable();
    }
}
