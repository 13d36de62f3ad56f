using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Histories;

namespace NodeRuntime.Simulation.Tests.Histories;

/// <summary>Histories by hand: a line is a client, a letter between bars an operation, its length the time that it takes.</summary>
public sealed class LinearizabilityTests
{
    private const int Steps = 100_000;

    [Theory]
    // client, from, to (-1: never answered), operation
    [InlineData("0 0 1 w1; 0 2 3 r1", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 1 w1; 0 2 3 r0", LinearizabilityVerdict.NotLinearizable)]
    [InlineData("0 0 1 r0; 1 2 3 w1", LinearizabilityVerdict.Linearizable)]
    // A write under way may be seen or not, but not seen and then unseen.
    [InlineData("0 0 9 w1; 1 1 2 r0; 1 3 4 r1", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 9 w1; 1 1 2 r1; 2 3 4 r0", LinearizabilityVerdict.NotLinearizable)]
    // Two readers of two writes under way must agree on an order.
    [InlineData("0 0 9 w1; 1 0 9 w2; 2 1 2 r1; 3 3 4 r2", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 9 w1; 1 0 9 w2; 2 1 2 r1; 3 3 4 r2; 2 5 6 r1", LinearizabilityVerdict.NotLinearizable)]
    // A stale read: the write was acknowledged before the read began.
    [InlineData("0 0 1 w1; 1 2 3 w2; 2 4 5 r1", LinearizabilityVerdict.NotLinearizable)]
    // Nobody was told: it may happen late, or never, but not come and go.
    [InlineData("0 0 -1 w1; 1 1 2 r0; 1 3 4 r1", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 -1 w1; 1 1 2 r0; 1 3 4 r0", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 -1 w1; 1 1 2 r1; 1 3 4 r0", LinearizabilityVerdict.NotLinearizable)]
    [InlineData("0 5 -1 w1; 1 1 2 r1", LinearizabilityVerdict.NotLinearizable)]
    // One of two that swap the same value wins.
    [InlineData("0 0 5 s0>1; 1 1 4 f0>2; 1 6 7 r1", LinearizabilityVerdict.Linearizable)]
    [InlineData("0 0 5 s0>1; 1 1 4 s0>2", LinearizabilityVerdict.NotLinearizable)]
    [InlineData("0 0 5 f0>1; 1 1 4 f0>2", LinearizabilityVerdict.NotLinearizable)]
    public void A_register(string script, LinearizabilityVerdict expected) =>
        Assert.Equal(expected, Linearizability.Check(new RegisterModel(0), script.Split("; ").Select(Parse), Steps));

    [Fact]
    public void What_must_have_happened_is_not_left_out()
    {
        Operation<SumCall> unheard = new(0, At(0), null, new SumCall.Add(5));
        Operation<SumCall> read = new(1, At(1), At(2), new SumCall.Read(0));
        Operation<SumCall> later = new(1, At(3), At(4), new SumCall.Read(5));

        Assert.Equal(LinearizabilityVerdict.Linearizable, Check([unheard, read]));
        Assert.Equal(LinearizabilityVerdict.Linearizable, Check([unheard with { MustHappen = true }, read]));
        Assert.Equal(LinearizabilityVerdict.Linearizable, Check([unheard with { MustHappen = true }, read, later]));
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check([unheard with { MustHappen = true }, later with { Call = new SumCall.Read(6) }]));
    }

    [Fact]
    public void Thousands_of_operations_of_a_real_register_are_checked_and_one_stale_read_among_them_is_found()
    {
        List<Operation<SumCall>> history = Concurrent(new Prng(11), 2_000);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Check(history));

        int old = history.FindIndex(900, static operation => operation.Call is SumCall.Read);
        int read = history.FindIndex(1_000, static operation => operation.Call is SumCall.Read);
        history[read] = history[read] with { Call = history[old].Call };
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Check(history));
    }

    [Fact]
    public void The_search_is_bounded()
    {
        IEnumerable<Operation<SumCall>> adds = Enumerable.Range(0, 40).Select(
            static i => new Operation<SumCall>(i, At(0), At(9), new SumCall.Add((UInt128)(i * 1000))));
        Operation<SumCall> impossible = new(99, At(0), At(9), new SumCall.Read(1));

        Assert.Equal(LinearizabilityVerdict.Inconclusive, Linearizability.Check(new SumModel(0), [.. adds, impossible], 1_000));
    }

    // Five clients and a sum that changes at a moment inside each call.
    private static List<Operation<SumCall>> Concurrent(Prng prng, int count)
    {
        UInt128 sum = 0;
        long[] free = new long[5];
        List<(long Moment, int Client, long Invoked, long Completed)> moments = [];
        for (int i = 0; i < count; i++)
        {
            int client = i % free.Length;
            long invoked = free[client] + prng.NextBelow(3) + 1;
            long moment = invoked + prng.NextBelow(20) + 1;
            long completed = moment + prng.NextBelow(20) + 1;
            free[client] = completed;
            moments.Add((moment, client, invoked, completed));
        }

        moments.Sort();
        List<Operation<SumCall>> history = [];
        foreach ((_, int client, long invoked, long completed) in moments)
        {
            bool isRead = prng.NextBelow(2) == 0;
            UInt128 amount = prng.NextUInt64() >> 20;
            if (!isRead) sum += amount;
            history.Add(new Operation<SumCall>(client, At(invoked), At(completed), isRead ? new SumCall.Read(sum) : new SumCall.Add(amount)));
        }

        return history;
    }

    private static LinearizabilityVerdict Check(IEnumerable<Operation<SumCall>> history) => Linearizability.Check(new SumModel(0), history, Steps);

    private static Instant At(long moment) => new(moment);

    private static Operation<RegisterCall> Parse(string text)
    {
        string[] words = text.Split(' ');
        long to = long.Parse(words[2], CultureInfo.InvariantCulture);
        string[] values = words[3][1..].Split('>');
        long first = long.Parse(values[0], CultureInfo.InvariantCulture);
        RegisterCall call = words[3][0] switch
        {
            'r' => new RegisterCall.Read(first),
            'w' => new RegisterCall.Write(first),
            _ => new RegisterCall.Swap(first, long.Parse(values[1], CultureInfo.InvariantCulture), words[3][0] == 's'),
        };
        return new Operation<RegisterCall>(
            int.Parse(words[0], CultureInfo.InvariantCulture), At(long.Parse(words[1], CultureInfo.InvariantCulture)), to < 0 ? null : At(to), call);
    }
}
