using NodeRuntime.Capacity;
using NodeRuntime.Cli.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Cli.Tests.Capacity;

public sealed class EarningTermsTests
{
    [Fact]
    public void On_a_chain_others_are_those_of_the_last_whole_slice()
    {
        CapacityKindRecord cpu = new(5, 2, 8, [Period(7, 11), Period(8, 5), Period(9, 2)]);
        CapacityKindRecord space = new(5, 2, 8, [Period(9, 4)]);
        ChainId chain = new(new Hash256(new byte[Hash256.ByteCount]));
        Earnings earnings = new EarningTerms(CapacityTerms.Development, chain, new Height(40), cpu, space).Of(1, 2, 10);

        Assert.Equal(("Chain", 40UL, "8000000"), (earnings.Terms, earnings.Height, earnings.Collateral));
        EarningCase only = Assert.Single(earnings.Cases);
        Assert.Equal(("AsProven", 5UL, 4UL), (only.Assumption, only.Cpu.OthersUnits, only.Space.OthersUnits));
        // Six units of a pool of 0.6 tokens earn the cap each, exactly.
        Assert.Equal(("100000", "Cap", "1440000000"), (only.Cpu.PerUnit, only.Cpu.LimitedBy, only.Cpu.PerDay));
        Assert.Equal(("100000", "2880000000", "4320000000"), (only.Space.PerUnit, only.Space.PerDay, only.PerDay));
        Assert.Equal(1461U, only.Cpu.HalvesInDays);
    }

    [Fact]
    public void Standard_proofs_are_paid_by_the_development_amounts_where_nobody_was_asked()
    {
        Earnings earnings = EarningTerms.Assumed(CapacityParameters.Default).Of(2, 100, 4);

        Assert.Equal((144 * 200_000UL).ToString(System.Globalization.CultureInfo.InvariantCulture), earnings.Cases[0].Cpu.PerDay);
        Assert.Equal(("600000", "150000"), (earnings.Cases[0].Space.PerDay, earnings.Cases[1].Space.PerDay));
        Assert.Equal((6UL, 300UL, "Pool"), (earnings.Cases[1].Cpu.OthersUnits, earnings.Cases[1].Space.OthersUnits, earnings.Cases[1].Cpu.LimitedBy));
    }

    private static CapacityPeriod Period(uint number, ulong proven) => new(number, Instant.Epoch, Height.Genesis, default, default, null, proven, Amount.Zero);
}
