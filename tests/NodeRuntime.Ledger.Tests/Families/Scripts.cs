using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace NodeRuntime.Ledger.Tests.Families;

/// <summary>The rules of every family, as tables. Fee 1, bond 100 at least, auctions of 1 s, 20 s to acknowledge, penalty 10 %.</summary>
internal static class Scripts
{
    public static SortedDictionary<string, string> All { get; } = new()
    {
        ["Transfers move exactly what they say and burn the fee"] = """
            genesis alice 1000 bob 5
            alice: transfer bob 100 -> Accepted
            saw Transferred
            alice has 899
            bob has 105
            alice: transfer nobody 1 -> Accounts.RecipientMissing
            alice: transfer bob 0 -> Accounts.AmountZero
            alice: transfer bob 899 -> Accounts.BalanceTooLow      # the fee comes first
            alice: transfer alice 898 -> Accepted
            alice: transfer bob 897 -> Accepted
            alice has 0
            alice: transfer bob 1 -> BalanceTooLow
            """,
        ["A transaction takes effect whole or not at all"] = """
            genesis alice 1000 bob 0
            alice: transfer bob 100; transfer bob 950 -> Accounts.BalanceTooLow
            alice has 1000
            bob has 0
            alice: transfer bob 100; transfer bob 899 -> Accepted
            alice has 0
            bob has 999
            """,
        ["Money received in a transaction can be spent in the same"] = """
            genesis alice 10
            alice: faucet alice; bond 509 -> Accepted
            alice has 0
            alice bonds 509/0
            """,
        ["The faucet pays on a development chain"] = """
            genesis alice 10
            alice: faucet bob -> Accepted
            saw Minted
            bob has 500
            alice: faucet nobody -> Accounts.RecipientMissing
            """,
        ["The faucet is closed elsewhere"] = """
            parameters faucet=0
            genesis alice 10
            alice: faucet alice -> Accounts.FaucetClosed
            """,
        ["The faucet never mints beyond the supply"] = """
            genesis whale 1267650600228229401496703205300
            whale: faucet whale -> Accounts.SupplyExhausted
            """,
        ["A bond comes back after its time"] = """
            genesis pat 1000
            pat: bond 0 -> Staking.AmountZero
            pat: bond 1000 -> Staking.BalanceTooLow
            pat: bond 300 -> Accepted
            saw Bonded
            pat bonds 300/0
            pat: unbond 0 -> Staking.AmountZero
            pat: unbond 301 -> Staking.BondTooLow
            pat: unbond 100 -> Accepted
            saw UnbondingStarted
            pat bonds 200/100
            pat: unbond 201 -> Staking.BondTooLow
            +59s
            pat bonds 200/100
            +1s
            saw Unbonded
            pat bonds 200/0
            pat has 798
            """,
        ["A second unbonding joins the first and starts the wait anew"] = """
            genesis pat 1000/300
            pat: unbond 100 -> Accepted
            +30s
            pat: unbond 50 -> Accepted
            +40s
            pat bonds 150/150
            +20s
            pat bonds 150/0
            """,
        ["Whoever has a bond may declare itself validator, with a key that nobody else has"] = """
            parameters votes=50
            genesis pat 1000/100 quin 1000/200 poor 1000/99
            poor: declare poor -> Staking.BondTooLow
            poor: leave -> Staking.NotAValidator
            pat: declare pat-votes pat -> Accepted
            saw ValidatorDeclared
            quin: declare pat-votes quin -> Staking.KeyTaken
            quin: declare validator quin -> Staking.KeyTaken    # genesis' own
            quin: declare quin -> Accepted
            quin: declare quin -> Accepted                      # again, with the chain that the key has
            quin: declare-with pat quin quin -> Staking.AnchorDiffers
            pat: declare pat-votes-anew pat -> Accepted         # the old key is free again
            quin: declare pat-votes quin -> Accepted
            pat: leave -> Accepted
            saw ValidatorLeft
            pat: leave -> Staking.NotAValidator
            """,
        ["Whoever takes its whole bond back is no validator any more"] = """
            parameters votes=50
            genesis pat 1000/100
            pat: declare pat -> Accepted
            pat: unbond 100 -> Accepted
            +61s
            saw Unbonded
            pat: leave -> Staking.NotAValidator
            """,
        ["A job goes from order to payment"] = """
            genesis alice 1000 pat 10/200 quin 10/100
            alice: order job price=10 seconds=10 -> Accepted
            saw OrderAccepted
            job is Open escrow 100
            alice has 899
            pat: bid job 7 -> Accepted
            quin: bid job 6 -> Accepted
            +1s
            saw LeaseOpened
            job is Leased escrow 100
            job/0 is Opened by quin price 6
            quin bonds 100/0 leases 1
            quin: ready job/0 alice -> Accepted
            saw LeaseReady
            +3s
            quin: result job/0 -> Accepted
            saw ResultReported
            job/0 is ResultReported seconds 4 paid 0
            alice: acknowledge job/0 -> Accepted
            saw LeaseSettled
            job/0 is Settled paid 24 refunded 76 penalty 0
            job is Completed escrow 0
            quin has 31
            alice has 974
            quin bonds 100/0 leases 0
            """,
        ["An order's terms are checked one by one"] = """
            genesis alice 1000
            alice: order j spec=none -> Market.SpecCommitmentMissing
            alice: order j price=0 -> Market.PriceZero
            alice: order j seconds=0 -> Market.SecondsOutOfRange
            alice: order j seconds=604801 -> Market.SecondsOutOfRange
            alice: order j ready=0s -> Market.ReadyWithinOutOfRange
            alice: order j ready=86401s -> Market.ReadyWithinOutOfRange
            alice: order j expires=0s -> Market.ExpiresAfterOutOfRange
            alice: order j expires=604801s -> Market.ExpiresAfterOutOfRange
            alice: order j fuel=0 -> Market.FuelZero
            alice: order j pages=0 -> Market.MemoryOutOfRange
            alice: order j pages=32769 -> Market.MemoryOutOfRange
            alice: order j input=99999999999 -> Market.InputTooLarge
            alice: order j output=268435457 -> Market.OutputTooLarge
            alice: order j region=EU -> Market.RegionMalformed
            alice: order j region=abcdefghijklmnopqrstuvwxyz-0123456789 -> Market.RegionMalformed
            alice: order j price=340282366920938463463374607431768211455 -> Market.DepositTooLarge
            alice: order j price=1267650600228229401496703205376 -> Market.DepositTooLarge
            alice: order j price=100 -> Market.BalanceTooLow        # 1000 to lock, 999 after the fee
            alice: order j price=99 region=eu-west-1 -> Accepted
            """,
        ["An owner takes an order back before it is leased"] = """
            genesis alice 1000 bob 10 pat 10/200
            alice: order job -> Accepted
            alice: cancel none -> Market.OrderUnknown
            bob: cancel job -> Market.NotOwner
            alice: cancel job -> Accepted
            saw OrderCancelled
            alice has 998
            job is Cancelled escrow 0
            alice: cancel job -> Market.OrderNotOpen
            pat: bid job 1 -> Market.OrderNotOpen
            alice: order other -> Accepted
            pat: bid other 1 -> Accepted
            +1s
            alice: cancel other -> Market.OrderNotOpen
            """,
        ["Bids are checked one by one"] = """
            genesis alice 1000 bob 10/99 pat 10/200
            alice: order job price=10 -> Accepted
            pat: bid none 1 -> Market.OrderUnknown
            bob: bid job 1 -> Market.BondTooLow
            pat: bid job 11 -> Market.PriceAboveCap
            pat: bid job 10 -> Accepted
            saw BidPlaced
            pat: bid job 10 -> Market.BidNotLower
            pat: bid job 9 -> Accepted
            +997ms
            job is Open
            pat: bid job 8 -> Market.OrderNotOpen   # in the block that ends the auction, as it ends first
            +1ms
            job/0 is Opened by pat price 9
            """,
        ["A provider that asked its bond back gets no lease"] = """
            genesis alice 1000 pat 10/100 quin 10/100
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            quin: bid job 5 -> Accepted
            pat: unbond 1 -> Accepted
            +1s
            job/0 is Opened by quin price 5
            pat: bid job 1 -> Market.OrderNotOpen
            """,
        ["Without a bid the order waits, and the first bid starts a window for others"] = """
            genesis alice 1000 pat 10/200 quin 10/200
            alice: order job -> Accepted
            +10s
            saw
            job is Open
            pat: bid job 9 -> Accepted
            quin: bid job 8 -> Accepted
            +998ms
            job is Open
            +1ms
            job/0 is Opened by quin price 8
            """,
        ["Without any bid the order expires and the deposit returns"] = """
            genesis alice 1000
            alice: order job expires=5s -> Accepted
            +4s
            job is Open escrow 100
            +1s
            saw OrderExpired
            job is Expired escrow 0
            alice has 999
            """,
        ["A bid in the last moment of an order still counts"] = """
            genesis alice 1000 pat 10/200
            alice: order job expires=5s -> Accepted
            +4s
            pat: bid job 1 -> Accepted
            +2s
            job/0 is Opened by pat
            """,
        ["Not ready in time: nobody pays, the provider is out for this order, the auction starts anew"] = """
            genesis alice 1000 pat 10/200 quin 10/200
            alice: order job ready=5s -> Accepted
            pat: bid job 1 -> Accepted
            quin: bid job 2 -> Accepted
            +1s
            job/0 is Opened by pat
            +5s
            saw NotReady OrderReopened
            job/0 is NotReady paid 0 penalty 0
            job is Open escrow 100
            pat bonds 200/0 leases 0
            pat: ready job/0 alice -> Settlement.WrongState
            pat: bid job 1 -> Market.ProviderExcluded
            quin: bid job 2 -> Accepted
            +1s
            job/1 is Opened by quin price 2
            +5s
            saw NotReady OrderExpired              # two attempts are all there are
            job is Expired escrow 0
            alice has 999
            """,
        ["Ready and no result in time: the bond pays the owner, and the auction starts anew"] = """
            genesis alice 1000 pat 10/200 quin 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 4 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +24s
            job/0 is Ready
            +1s
            saw ResultMissed OrderReopened
            job/0 is ResultMissed paid 0 refunded 0 penalty 10
            pat bonds 190/0 leases 0
            alice has 909
            job is Open escrow 100
            pat: result job/0 -> Settlement.WrongState
            """,
        ["A chain that stood still punishes nobody who reports when it is back"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 4 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +3600s
            saw ResultDelayed
            job/0 is Ready
            +14s
            pat: result job/0 -> Accepted
            job/0 is ResultReported seconds 10
            """,
        ["A chain that stood still punishes who has nothing to report when it is back"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 4 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +3600s
            saw ResultDelayed
            +15s
            saw ResultMissed OrderExpired
            job/0 is ResultMissed penalty 10
            """,
        ["The penalty is never more than the bond, and takes what was asked back too"] = """
            parameters penalty=10000
            genesis alice 1000 pat 10/150
            alice: order job price=50 seconds=10 -> Accepted
            pat: bid job 4 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            pat: unbond 100 -> Accepted
            +25s
            job/0 is ResultMissed penalty 150
            pat bonds 0/0 leases 0
            +60s
            alice has 1149
            """,
        ["A bond asked back stays while a lease is open"] = """
            genesis alice 1000 pat 10/100
            alice: order job price=1 seconds=100 -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            pat: unbond 100 -> Accepted
            +90s
            pat bonds 0/100 leases 1
            pat: result job/0 -> Accepted
            +20s
            saw LeaseSettled Unbonded
            pat bonds 0/0 leases 0
            pat has 197                            # 10, less 4 fees, 91 seconds, the bond
            """,
        ["Only the right provider, hand-over and time make a lease ready"] = """
            genesis alice 1000 bob 10 pat 10/200 quin 10/200
            alice: order job ready=5s -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            pat: ready none/0 alice -> Settlement.LeaseUnknown
            quin: ready job/0 alice -> Settlement.NotProvider
            pat: ready job/0 bob -> Settlement.OwnerKeyMismatch
            pat: ready job/0 alice wrong -> Settlement.HandOverMismatch
            pat: ready job/0 alice -> Accepted
            pat: ready job/0 alice -> Settlement.WrongState
            """,
        ["A result comes from the provider, once, with a commitment"] = """
            genesis alice 1000 pat 10/200 quin 10/200
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            pat: result none/0 -> Settlement.LeaseUnknown
            pat: result job/0 -> Settlement.WrongState
            pat: ready job/0 alice -> Accepted
            quin: result job/0 -> Settlement.NotProvider
            pat: result job/0 empty -> Settlement.ResultCommitmentMissing
            pat: result job/0 -> Accepted
            pat: result job/0 -> Settlement.WrongState
            """,
        ["Only the owner acknowledges, and only a result"] = """
            genesis alice 1000 bob 10 pat 10/200
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            alice: acknowledge none/0 -> Settlement.LeaseUnknown
            alice: acknowledge job/0 -> Settlement.WrongState
            pat: ready job/0 alice -> Accepted
            pat: result job/0 -> Accepted
            bob: acknowledge job/0 -> Settlement.NotOwner
            alice: acknowledge job/0 -> Accepted
            alice: acknowledge job/0 -> Settlement.WrongState
            """,
        ["The owner's silence pays after the window"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 10 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            pat: result job/0 -> Accepted
            +19s
            job/0 is ResultReported
            +1s
            saw LeaseSettled
            job/0 is Settled seconds 1 paid 10 refunded 90
            pat has 17
            """,
        ["Charging stops at the most that was ordered"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 10 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +24s
            pat: result job/0 -> Accepted
            alice: acknowledge job/0 -> Accepted
            job/0 is Settled seconds 10 paid 100 refunded 0
            """,
        ["A begun second is a second"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 10 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +1s
            pat: result job/0 -> Accepted          # 1.001 s after Ready
            job/0 is ResultReported seconds 2
            """,
        ["The owner closes a lease before Ready for nothing"] = """
            genesis alice 1000 bob 10 pat 10/200
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            alice: close none/0 -> Settlement.LeaseUnknown
            bob: close job/0 -> Settlement.NotOwner
            alice: close job/0 -> Accepted
            saw LeaseClosed
            job/0 is Closed paid 0 refunded 100
            job is Cancelled escrow 0
            pat bonds 200/0 leases 0
            alice: close job/0 -> Settlement.WrongState
            +6s
            saw
            """,
        ["The owner closes a running lease and pays what accrued"] = """
            genesis alice 1000 pat 10/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 8 -> Accepted
            +1s
            pat: ready job/0 alice -> Accepted
            +2s
            alice: close job/0 -> Accepted
            job/0 is Closed seconds 3 paid 24 refunded 76
            job is Completed escrow 0
            +60s
            saw
            """,
        ["An order that is over leaves the state after its time"] = """
            genesis alice 1000 pat 10/200
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            alice: close job/0 -> Accepted
            +2591999s
            job is Cancelled
            +1s
            saw OrderForgotten
            job is Gone
            job/0 is Gone
            """,
        ["No reward for a key that grinds: equal bids are ordered by order and provider"] = """
            genesis alice 1000 pat 10/200 quin 10/200
            alice: order job -> Accepted
            pat: bid job 5 -> Accepted
            quin: bid job 5 -> Accepted
            +1s
            saw LeaseOpened
            """,
        ["A validator that contradicted itself loses half of its bond: tenants first, then the reporter, the rest is burned"] = """
            genesis alice 1000 pat 10/1000 tom 0/200
            alice: order job price=10 seconds=10 -> Accepted
            pat: bid job 10 -> Accepted
            +1s
            job/0 is Opened by pat
            alice has 899
            punish pat by tom -> Accepted
            saw TenantCompensated Slashed
            pat bonds 500/0 leases 1
            pat is jailed for 500
            alice has 999                # its deposit of 100, of at most 250
            tom has 25                   # 5 % of what was taken
            job is Leased escrow 100     # the escrow was never pat's, and the lease goes on
            pat: ready job/0 alice -> Accepted
            +3s
            pat: result job/0 -> Accepted
            alice: acknowledge job/0 -> Accepted
            job/0 is Settled paid 40 refunded 60
            pat bonds 500/0 leases 0
            """,
        ["A key is punished once, in one block and ever after"] = """
            genesis pat 0/1000 quin 0/1000 tom 0
            punish pat,pat by tom -> OffenceRefused
            pat bonds 1000/0
            punish pat,quin by tom -> Accepted
            saw Slashed Slashed
            pat bonds 500/0
            quin bonds 500/0
            tom has 50
            punish pat by tom -> OffenceRefused
            punish tom,quin by pat -> OffenceRefused
            pat bonds 500/0
            tom is free
            """,
        ["What was asked back is slashed too, and the block that would give it back comes too late"] = """
            genesis pat 10/400 tom 0
            pat: unbond 300 -> Accepted
            +59s
            pat bonds 100/300
            punish pat by tom +1s -> Accepted
            saw Slashed Unbonded
            pat is jailed for 200
            pat bonds 0/0
            pat has 209
            """,
        ["Who brings evidence against itself earns nothing by it"] = """
            genesis pat 0/1000
            punish pat by pat -> Accepted
            pat bonds 500/0
            pat has 0
            """,
        ["A lease from oneself is no harm"] = """
            genesis pat 1000/1000 tom 0
            pat: order job price=10 seconds=10 -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            job/0 is Opened by pat
            pat has 898
            punish pat by tom -> Accepted
            saw Slashed
            pat has 898
            pat bonds 500/0
            """,
        ["The tenants' share has an end, so that a culprit's friends cannot save its bond"] = """
            genesis friend 10000 pat 10/1000 tom 0
            friend: order job price=100 seconds=20 -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            friend has 7999
            punish pat by tom -> Accepted
            friend has 8249              # half of the 500 that were taken, not the deposit of 2000
            pat bonds 500/0
            """,
        ["A key without a bond is jailed all the same"] = """
            genesis pat 5 tom 0
            punish pat by tom -> Accepted
            saw Slashed
            pat is jailed for 0
            pat has 5
            tom has 0
            """,
        ["A chain may take all, or little"] = """
            parameters slash=10000 harmed=0 reporter=0
            genesis alice 1000 pat 10/333 tom 0
            alice: order job -> Accepted
            pat: bid job 1 -> Accepted
            +1s
            punish pat by tom -> Accepted
            saw Slashed
            pat bonds 0/0 leases 1
            alice has 899
            tom has 0
            """,
        ["Shares are rounded down, and what rounding leaves is burned"] = """
            parameters slash=500 harmed=5000 reporter=1000
            genesis pat 0/199 tom 0
            punish pat by tom -> Accepted
            pat is jailed for 9
            pat bonds 190/0
            tom has 0
            """,
        ["An account has so many open orders and no more"] = ManyOrders(),
        ["A full auction takes only better bids"] = ManyBids(),
    };

    private static string ManyOrders()
    {
        StringBuilder script = new("genesis alice 1000000\n");
        for (int i = 0; i < 256; i += 16)
        {
            script.Append("alice: ");
            for (int j = 0; j < 16; j++) script.Append(CultureInfo.InvariantCulture, $"{(j > 0 ? "; " : string.Empty)}order j{i + j}");
            script.Append(" -> Accepted\n");
        }

        script.Append("alice: order more -> Market.TooManyOpenOrders\nalice: cancel j7 -> Accepted\nalice: order more -> Accepted\n");
        return script.ToString();
    }

    private static string ManyBids()
    {
        StringBuilder script = new("genesis alice 1000 worst 10/100 better 10/100");
        for (int i = 0; i < 63; i++) script.Append(CultureInfo.InvariantCulture, $" p{i} 10/100");
        script.Append("\nalice: order job price=10 -> Accepted\nworst: bid job 9 -> Accepted\n");
        for (int i = 0; i < 63; i++) script.Append(CultureInfo.InvariantCulture, $"p{i}: bid job 5 -> Accepted\n");
        script.Append("better: bid job 10 -> Market.BidsFull\nbetter: bid job 4 -> Accepted\nworst: bid job 6 -> ");
        return script.Append("Market.BidsFull\nworst: bid job 3 -> Accepted\n+1s\njob/0 is Opened by worst price 3\n").ToString();
    }
}
