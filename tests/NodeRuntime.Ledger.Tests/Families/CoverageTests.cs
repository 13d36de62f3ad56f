using System;
using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Ledger.Accounts;
using NodeRuntime.Ledger.Market;
using NodeRuntime.Ledger.Settlement;
using NodeRuntime.Ledger.Staking;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Ledger.Tests.Transactions;
using NodeRuntime.Ledger.Transactions;

namespace NodeRuntime.Ledger.Tests.Families;

public sealed class CoverageTests
{
    /// <summary>
    /// The calendar acts before transactions do, so a script meets these only where a block has more due than it handles,
    /// or where the pool looks ahead: tests of the block's application and of the mempool reach them. Those about capacity have a chain of their own.
    /// </summary>
    private static readonly string[] ReachedElsewhere = ["Market.AuctionEnded", "Settlement.TooLate", "Market.CapacityUnproven", "Staking.StillCommitted"];

    [Fact]
    public void Every_verdict_of_every_family_is_reached_by_a_table()
    {
        SortedSet<string> reached = new(ReachedElsewhere, StringComparer.Ordinal);
        foreach (string script in Scripts.All.Values) reached.UnionWith(LedgerTable.Play(script));
        IEnumerable<string> all =
        [
            .. Enum.GetValues<AccountsVerdict>().Where(v => v != AccountsVerdict.Accepted).Select(v => MessageVerdict.Of(v).Name),
            .. Enum.GetValues<StakingVerdict>().Where(v => v != StakingVerdict.Accepted).Select(v => MessageVerdict.Of(v).Name),
            .. Enum.GetValues<MarketVerdict>().Where(v => v != MarketVerdict.Accepted).Select(v => MessageVerdict.Of(v).Name),
            .. Enum.GetValues<SettlementVerdict>().Where(v => v != SettlementVerdict.Accepted).Select(v => MessageVerdict.Of(v).Name),
        ];
        Assert.Empty(all.Except(reached));
    }

    [Fact]
    public void Every_verdict_of_a_transaction_is_in_its_table() =>
        Assert.Empty(Enum.GetValues<TransactionVerdict>().Except(TransactionRulesTests.Verdicts));
}
