using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Cpu;

public sealed class CpuRateTests
{
    private static readonly CpuParameters Parameters = CpuParameters.Default;

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(1UL, 1UL)]
    [InlineData(2UL, 1UL)]
    [InlineData(3UL, 1UL)]
    [InlineData(4UL, 2UL)]
    [InlineData(99_999_999UL, 9_999UL)]
    [InlineData(100_000_000UL, 10_000UL)]
    [InlineData(ulong.MaxValue, 4_294_967_295UL)]
    public void Roots_are_whole_and_rounded_down(ulong value, ulong root) => Assert.Equal(root, CpuRate.Root(value));

    // 40 shares of 352 hashes in 60 s: 234.666 hashes/s; the root of 40 is 6.32 shares, 37.1 hashes/s.
    [Fact]
    public void A_slice_has_a_rate_and_a_standard_error()
    {
        CpuRate rate = CpuRate.Of(Parameters, 40, Parameters.Duty);
        Assert.Equal(234_666UL, rate.MilliHashes);
        Assert.InRange(rate.Error, 37_080UL, 37_110UL);
    }

    [Fact]
    public void A_day_knows_the_rate_twelve_times_as_well_as_a_slice()
    {
        CpuWindow window = CpuWindow.Empty;
        for (int i = 0; i < 144; i++) window = window.Add(Parameters, new SliceRecord(40, 1000));
        CpuRate rate = window.RateOf(Parameters);
        Assert.Equal(234_666UL, rate.MilliHashes);
        Assert.InRange(rate.Error, 3_080UL, 3_100UL);
        Assert.Equal(0u, rate.UnitsOf(Parameters));
        Assert.Equal(1u, (rate with { MilliHashes = 469_999 }).UnitsOf(Parameters));
    }

    [Fact]
    public void A_window_forgets_what_is_older_than_a_day()
    {
        CpuWindow window = CpuWindow.Empty;
        for (int i = 0; i < 144; i++) window = window.Add(Parameters, new SliceRecord(1000, 1000));
        for (int i = 0; i < 144; i++) window = window.Add(Parameters, new SliceRecord(40, 1000));
        Assert.Equal(144, window.Count);
        Assert.Equal(234_666UL, window.RateOf(Parameters).MilliHashes);
    }

    [Fact]
    public void A_missed_slice_lowers_the_rate_and_an_exempt_one_does_not()
    {
        CpuWindow window = CpuWindow.Empty.Add(Parameters, new SliceRecord(40, 1000));
        Assert.Equal(117_333UL, window.Add(Parameters, SliceRecord.Missed).RateOf(Parameters).MilliHashes);
        Assert.Equal(234_666UL, window.Add(Parameters, SliceRecord.Exempt).RateOf(Parameters).MilliHashes);
        Assert.Equal(234_666UL, window.Add(Parameters, new SliceRecord(10, 250)).RateOf(Parameters).MilliHashes);
        Assert.Equal(CpuRate.Zero, CpuWindow.Empty.Add(Parameters, SliceRecord.Exempt).RateOf(Parameters));
    }

    [Fact]
    public void Memory_checks_come_about_once_a_day_for_one_peer_in_a_hundred_and_for_all_of_them_at_once()
    {
        int checking = 0, drawn = 0;
        for (uint slice = 0; slice < 144 * 100; slice++)
        {
            Hash256 beacon = Hasher.Sha256(System.BitConverter.GetBytes(slice));
            bool isChecking = MemoryCheck.IsCheckingSlice(Parameters, beacon);
            if (isChecking) checking++;
            for (int peer = 0; peer < (isChecking ? 100 : 1); peer++)
            {
                bool isDrawn = MemoryCheck.IsDrawn(Parameters, beacon, new PeerId(Hasher.Sha256([(byte)peer])));
                if (isDrawn) drawn++;
                Assert.True(isChecking || !isDrawn);
            }
        }

        // 100 slices and 100 draws, give or take four roots.
        Assert.InRange(checking, 60, 140);
        Assert.InRange(drawn, 55, 145);
    }

    [Fact]
    public void A_drawn_peer_hashes_under_a_key_of_its_own_and_has_the_time_to_prepare()
    {
        CpuParameters always = Parameters with { SlicesPerDay = 1, MemoryCheckPerMille = 1000 };
        SliceDuty duty = new(always, new PeerId(Hasher.Sha256([1])), new SliceNumber(3), Hasher.Sha256([2]), Hasher.Sha256([3]), Instant.Epoch, 1);
        Assert.True(duty.IsMemoryCheck);
        Assert.Equal(CpuSeeds.MemoryKey(duty.DayKey, duty.Owner), duty.Key);
        Assert.NotEqual(duty.Key, (duty with { Owner = new PeerId(Hasher.Sha256([9])) }).Key);
        Assert.Equal(Instant.Epoch + Duration.FromSeconds(270), duty.Deadline);
        SliceDuty usual = duty with { Parameters = always with { MemoryCheckPerMille = 0 } };
        Assert.Equal(duty.DayKey, usual.Key);
        Assert.Equal(Instant.Epoch + Duration.FromSeconds(90), usual.Deadline);
    }

    [Fact]
    public void A_third_of_what_a_rate_promises_passes_the_memory_check()
    {
        Assert.Equal(13u, MemoryCheck.SharesNeeded(Parameters, CpuRate.Of(Parameters, 40, Parameters.Duty)));
        Assert.Equal(1u, MemoryCheck.SharesNeeded(Parameters, CpuRate.Zero));
    }
}
