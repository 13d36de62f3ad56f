using System.Collections.Generic;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Records;

public sealed class StateKeysTests
{
    private static readonly Hash256 Id = Hasher.Sha256("id"u8);

    [Fact]
    public void Records_of_one_name_in_different_families_have_different_keys()
    {
        StateKey[] keys =
        [
            StateKeys.Supply, StateKeys.Parameters, StateKeys.Clock, StateKeys.Account(new AccountId(Id)), StateKeys.Bond(new AccountId(Id)),
            StateKeys.Order(new OrderId(Id)), StateKeys.Bids(new OrderId(Id)), StateKeys.Lease(new LeaseId(Id)),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void An_order_is_named_by_its_owner_sequence_and_place()
    {
        AccountId owner = new(Id);
        HashSet<OrderId> orders =
        [
            StateKeys.OrderOf(owner, 0, 0), StateKeys.OrderOf(owner, 0, 1), StateKeys.OrderOf(owner, 1, 0),
            StateKeys.OrderOf(new AccountId(Hasher.Sha256("other"u8)), 0, 0),
        ];
        Assert.Equal(4, orders.Count);
    }

    [Fact]
    public void A_lease_is_named_by_its_order_and_attempt() =>
        Assert.Equal(256, Enumerable.Range(0, 256).Select(i => StateKeys.LeaseOf(new OrderId(Id), (byte)i)).Distinct().Count());

    [Fact]
    public void Lists_are_ordered_by_time_and_times_due_are_rounded_up()
    {
        OrderId order = new(Id);
        Assert.True(StateKeys.OpenOrder(new Instant(1_000), order).CompareTo(StateKeys.OpenOrder(new Instant(2_000), order)) < 0);
        StateKey late = StateKeys.Deadline(new Instant(2_000), DeadlineKind.Acknowledge, Id);
        Assert.True(StateKeys.Deadline(new Instant(1_000), DeadlineKind.Forget, Id).CompareTo(late) < 0);
        Assert.Equal(late, StateKeys.Deadline(new Instant(1_001), DeadlineKind.Acknowledge, Id));
    }

    [Fact]
    public void Publications_are_ordered_by_days_and_the_newest_has_a_place_of_its_own()
    {
        StateKey[] keys = [StateKeys.Publication(default), StateKeys.LastPublication, StateKeys.Publication(new PublicationDay(1)), StateKeys.Publication(new PublicationDay(20_454)), StateKeys.Publication(PublicationDay.Last)];
        Assert.Equal(keys, keys.Distinct().Order());
    }

    [Theory]
    [InlineData(-5L, 0u, "1970-01-01")]
    [InlineData(0L, 0u, "1970-01-01")]
    [InlineData(86_399_999L, 0u, "1970-01-01")]
    [InlineData(86_400_000L, 1u, "1970-01-02")]
    [InlineData(951_782_400_000L, 11_016u, "2000-02-29")]
    [InlineData(1_767_225_599_999L, 20_453u, "2025-12-31")]
    [InlineData(1_767_225_600_000L, 20_454u, "2026-01-01")]
    [InlineData(253_402_300_799_000L, 2_932_896u, "9999-12-31")]
    [InlineData(9_000_000_000_000_000L, 2_932_896u, "9999-12-31")]
    public void A_moment_lies_in_a_day_of_the_calendar(long milliseconds, uint number, string date)
    {
        PublicationDay day = PublicationDay.Of(Instant.FromMilliseconds(milliseconds));
        Assert.Equal((number, date), (day.Number, day.ToString()));
        Assert.Equal(number * 86_400_000L, day.Begin.Milliseconds);
    }

    [Fact]
    public void Bit_0_is_the_highest_of_the_family_and_keys_are_ordered_by_their_bits()
    {
        StateKey key = new((StateFamily)0x81, Id);
        Assert.True(key.Bit(0));
        Assert.False(key.Bit(1));
        Assert.True(key.Bit(7));
        for (int i = 0; i < 256; i++) Assert.Equal(((Id.AsSpan()[i / 8] >> (7 - (i % 8))) & 1) == 1, key.Bit(8 + i));
    }
}
