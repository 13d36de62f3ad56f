using System;
using NodeRuntime.Capacity;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.Tests.Capacity;

public sealed class CapacityTermsTests
{
    private static readonly CapacityTerms Good = CapacityTerms.Development;

    [Fact]
    public void A_development_chains_terms_go_with_its_beacon() =>
        Assert.Equal(CapacityTermsVerdict.Accepted, Good.Check(BeaconParameters.Development));

    [Theory]
    [InlineData(CapacityTermsVerdict.ProofsOutOfRange)]
    [InlineData(CapacityTermsVerdict.ProofTooLarge)]
    [InlineData(CapacityTermsVerdict.ClosingTooLate)]
    [InlineData(CapacityTermsVerdict.AmountOutOfRange)]
    [InlineData(CapacityTermsVerdict.CollateralTooLow)]
    [InlineData(CapacityTermsVerdict.HalvingOutOfRange)]
    [InlineData(CapacityTermsVerdict.TailOutOfRange)]
    [InlineData(CapacityTermsVerdict.FaultsOutOfRange)]
    [InlineData(CapacityTermsVerdict.MaintenanceOutOfRange)]
    [InlineData(CapacityTermsVerdict.DepositOutOfRange)]
    [InlineData(CapacityTermsVerdict.RevealTooCheap)]
    public void One_number_out_of_its_bounds_is_refused_by_name(CapacityTermsVerdict verdict)
    {
        CapacityTerms bad = verdict switch
        {
            CapacityTermsVerdict.ProofsOutOfRange => With(cpu: Good.Proofs.Cpu with { ForgeryPenaltySlices = 19 }),
            CapacityTermsVerdict.ProofTooLarge => With(cpu: Good.Proofs.Cpu with { OpenedShares = 32 }),
            CapacityTermsVerdict.ClosingTooLate => With(cpu: Good.Proofs.Cpu with { SubmitBy = Duration.FromSeconds(5) }),
            CapacityTermsVerdict.AmountOutOfRange => Good with { Space = Good.Space with { CollateralPerUnit = Amount.Zero } },
            CapacityTermsVerdict.CollateralTooLow => Good with { Cpu = Good.Cpu with { CollateralPerUnit = new Amount(1_999_999) } },
            CapacityTermsVerdict.HalvingOutOfRange => Good with { HalvingDays = 0 },
            CapacityTermsVerdict.TailOutOfRange => Good with { TailPerMille = 1001 },
            CapacityTermsVerdict.FaultsOutOfRange => Good with { FaultsInRow = 1 },
            CapacityTermsVerdict.MaintenanceOutOfRange => Good with { MaintenanceMax = Duration.FromMinutes((72 * 60) + 1) },
            CapacityTermsVerdict.DepositOutOfRange => Good with { AccusationDeposit = Amount.Zero },
            CapacityTermsVerdict.RevealTooCheap => Good with { Cpu = Good.Cpu with { PoolPerPeriod = new Amount(1_280_000) } },
            _ => Good,
        };
        Assert.Equal(verdict, bad.Check(BeaconParameters.Development));
        WireWriter writer = new();
        (ChainParameters.Development with { Capacity = bad }).Write(writer);
        WireReader reader = new(writer.ToArray());
        _ = ChainParameters.Read(reader);
        Assert.False(reader.Succeeded);
    }

    /// <summary>docs/capacity.md: the better of two beacons gains at most 1/1,280 of a slice's reward, of whoever has all the capacity.</summary>
    [Fact]
    public void A_withheld_reveal_costs_more_than_its_beacon_is_worth()
    {
        CapacityTerms edge = Good with { Cpu = Good.Cpu with { PoolPerPeriod = new Amount(1_279_999) } };
        Assert.Equal(CapacityTermsVerdict.Accepted, edge.Check(BeaconParameters.Development));
        Assert.True(BeaconParameters.Development.MissedPenalty.Units * 1280 > edge.Cpu.PoolPerPeriod.Units);
    }

    [Fact]
    public void Rewards_halve_down_to_a_tail()
    {
        CapacityTerms terms = Good with { HalvingDays = 1, TailPerMille = 100, Cpu = Good.Cpu with { PoolPerPeriod = new Amount(1_000) } };
        CapacitySchedule schedule = CapacitySchedule.Of(terms, CapacityKind.Cpu);
        const uint First = 1_000;
        const uint Day = 14_400;
        UInt128 PoolAfter(uint days) => RewardSchedule.PoolOf(terms, schedule, First, First + (days * Day)).Units;
        Assert.Equal([1000u, 500u, 250u, 125u, 100u, 100u], [PoolAfter(0), PoolAfter(1), PoolAfter(2), PoolAfter(3), PoolAfter(4), PoolAfter(4_000)]);
        Assert.Equal(1_000u, RewardSchedule.PoolOf(terms, schedule, First, First + Day - 1).Units);
    }

    [Fact]
    public void A_unit_has_its_part_and_never_more_than_the_cap()
    {
        CapacitySchedule schedule = CapacitySchedule.Of(Good, CapacityKind.Cpu);
        Amount RateOf(ulong proven) => RewardSchedule.RateOf(Good, schedule, 10, 10, proven);
        Assert.Equal([0u, 100_000u, 100_000u, 85_714u, 0u], [
            RateOf(0).Units, RateOf(1).Units, RateOf(6).Units, RateOf(7).Units, RateOf(600_001).Units]);
    }

    [Fact]
    public void All_lines_of_a_period_come_before_the_next_one_closes()
    {
        foreach (CapacityKind kind in Enum.GetValues<CapacityKind>())
        {
            CapacitySchedule schedule = CapacitySchedule.Of(Good, kind);
            foreach (byte first in (ReadOnlySpan<byte>)[0, 1, 127, 255])
            {
                byte[] account = new byte[32];
                Array.Fill(account, first);
                Instant line = schedule.JudgedAt(77, new AccountId(new Hash256(account)));
                Assert.True(line >= schedule.StartOf(78) && line <= schedule.StartOf(78) + (schedule.ClosingAfter * 3 / 4));
            }
        }
    }

    private static CapacityTerms With(NodeRuntime.Capacity.Cpu.CpuParameters cpu) => Good with { Proofs = Good.Proofs with { Cpu = cpu } };
}
