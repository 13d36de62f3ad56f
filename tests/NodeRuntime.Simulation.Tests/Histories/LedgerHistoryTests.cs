using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Histories;

namespace NodeRuntime.Simulation.Tests.Histories;

/// <summary>Lists and transfers by hand: one good history, and rows that each break one thing of it.</summary>
public sealed class LedgerHistoryTests
{
    // Clients append 1 and 2 at once, then 3; nobody heard of 4.
    private static readonly ImmutableArray<Operation<long>> Appends =
    [
        new(0, new Instant(0), new Instant(5), 1),
        new(1, new Instant(1), new Instant(4), 2),
        new(0, new Instant(6), new Instant(7), 3),
        new(1, new Instant(6), null, 4),
    ];

    [Theory]
    [InlineData("1 2 3", "")]
    [InlineData("2 1 3", "")]
    [InlineData("2 1 4 3", "")]
    [InlineData("2 1 3 4", "")]
    [InlineData("1 2", "3 was acknowledged and is lost")]
    [InlineData("1 2 2 3", "2 was applied twice")]
    [InlineData("1 2 3 9", "9 stands at 3, and nobody asked for it")]
    [InlineData("1 3 2", "3 stands at 1, before one that was acknowledged")]
    [InlineData("4 1 2 3", "4 stands at 0, before one that was acknowledged")]
    public void A_list(string list, string complaint)
    {
        ImmutableArray<string> complaints = AppendHistory.Complaints(Appends, [.. Array.ConvertAll(list.Split(' '), long.Parse)]);

        if (complaint.Length == 0) Assert.Empty(complaints);
        else Assert.StartsWith(complaint, Assert.Single(complaints), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(89, 109, true, "")]
    [InlineData(89, 110, true, "account 1 holds 110|all accounts and fees")]
    [InlineData(90, 109, true, "account 0 holds 90|all accounts and fees")]
    // One base unit in the wrong account: the sum alone would not tell.
    [InlineData(88, 110, true, "account 0 holds 88|account 1 holds 110")]
    [InlineData(100, 100, false, "transfer 7 was acknowledged and is lost")]
    public void Transfers(int first, int second, bool isApplied, string complaints)
    {
        Transfer[] transfers = [new Transfer(7, 0, 1, 9, true, isApplied), new Transfer(8, 1, 0, 4, false, false)];

        ImmutableArray<string> found = TransferHistory.Complaints([100, 100], [(UInt128)first, (UInt128)second], transfers, 2);

        string[] expected = complaints.Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++) Assert.StartsWith(expected[i], found[i], StringComparison.Ordinal);
    }
}
