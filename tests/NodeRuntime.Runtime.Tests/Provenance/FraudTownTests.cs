using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Provenance;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>Clocks that go back, an hour without the others, and a machine that is put back whole: who contradicts itself, and who does not.</summary>
public sealed class FraudTownTests
{
    private const int Child = 3;

    private readonly ProvenanceTown _town = new(peers: 4);

    [Fact]
    public void A_machine_that_was_put_back_whole_to_an_old_copy_tells_its_seconds_twice_and_is_found()
    {
        _town.Run(Duration.FromSeconds(5));
        ProvenanceTown.Disk copy = _town.CopyOf(Child);
        _town.Run(Duration.FromSeconds(4));
        _town.Crash(Child);
        _town.PutBack(Child, copy);
        _town.Restart(Child, Duration.FromSeconds(-4));
        _town.Run(Duration.FromSeconds(4));
        Assert.NotEmpty(_town.Found);
        Assert.All(_town.Found, static it => Assert.Equal(Child, it.Culprit));
    }

    [Fact]
    public void A_disk_that_is_as_it_was_says_nothing_twice_whatever_its_clock_says()
    {
        foreach (int seconds in (int[])[-4, -1, 2])
        {
            _town.Run(Duration.FromSeconds(5));
            _town.Crash(Child);
            _town.Restart(Child, Duration.FromSeconds(seconds));
            _town.Run(Duration.FromSeconds(6));
        }

        Assert.Empty(_town.Found);
    }

    [Fact]
    public void A_parent_whose_clock_went_back_while_it_was_down_closes_no_round_twice()
    {
        _town.Run(Duration.FromSeconds(8));
        const int parent = 1;
        _town.Crash(parent);
        _town.Restart(parent, Duration.FromSeconds(-5));
        _town.Run(Duration.FromSeconds(12));
        Assert.Empty(_town.Found);
    }

    [Fact]
    public void Whoever_was_cut_off_for_an_hour_accuses_nobody_and_is_not_accused()
    {
        _town.Run(Duration.FromSeconds(6));
        _town.Offer(Child);
        _town.Run(Duration.FromMilliseconds(700));
        _town.Cut(Child, true);
        _town.Run(Duration.FromSeconds(5));
        ulong taken = _town.StatusOf(Child).Taken;
        // The others' machines stand still for most of it, which is a fault as well.
        _town.Run(Duration.FromMinutes(60), 0, 1, 2);
        _town.Cut(Child, false);
        _town.Run(Duration.FromSeconds(10));
        Assert.Empty(_town.Found);
        Assert.True(taken > 0 && _town.StatusOf(Child).Settled == _town.StatusOf(Child).Taken, $"{_town.StatusOf(Child)}");
    }
}
