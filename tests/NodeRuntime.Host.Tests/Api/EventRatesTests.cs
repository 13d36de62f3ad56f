using System;
using System.Globalization;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Api;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Api;

public sealed class EventRatesTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void An_account_has_twice_a_seconds_events_at_once_and_then_as_many_as_time_brings()
    {
        EventRates rates = new(1000, _clock);
        Assert.Null(rates.Take(Account(1), 1024));
        Assert.Null(rates.Take(Account(1), 976));
        Assert.Equal(TimeSpan.FromMilliseconds(2), rates.Take(Account(1), 1));
        Assert.Null(rates.Take(Account(2), 1024));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(TimeSpan.FromMilliseconds(2), rates.Take(Account(1), 501));
        Assert.Null(rates.Take(Account(1), 500));
        _clock.Advance(TimeSpan.FromDays(400));
        Assert.Null(rates.Take(Account(1), 1024));
        Assert.Null(rates.Take(Account(1), 976));
        Assert.NotNull(rates.Take(Account(1), 1));
    }

    [Fact]
    public void However_low_the_rate_a_whole_call_fits_once()
    {
        EventRates rates = new(1, _clock);
        Assert.Null(rates.Take(Account(1), Limits.EventsPerCallMax));
        Assert.Equal(TimeSpan.FromMilliseconds(1001), rates.Take(Account(1), 1));
    }

    [Fact]
    public void Who_was_longest_silent_is_forgotten()
    {
        EventRates rates = new(1, _clock);
        Assert.Null(rates.Take(Account(0), Limits.EventsPerCallMax));
        for (int i = 1; i < Limits.EventRatesMax; i++) Assert.Null(rates.Take(Account(i), 1));
        Assert.NotNull(rates.Take(Account(0), 1));
        // The second is the oldest now.
        Assert.Null(rates.Take(Account(Limits.EventRatesMax), 1));
        Assert.Equal(Limits.EventRatesMax, rates.Accounts);
        Assert.NotNull(rates.Take(Account(0), 1));
    }

    private static AccountId Account(int number) => new(Hasher.Sha256(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))));

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan length) => _now += length.Ticks;
    }
}
