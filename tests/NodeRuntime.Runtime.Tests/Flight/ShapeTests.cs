using System;
using System.Collections.Immutable;
using NodeRuntime.Runtime.Flight;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Flight;

/// <summary>What is equal has one form: a replay compares forms.</summary>
public sealed class ShapeTests
{
    // After a checkpoint the one empty array of a type is as many as were read.
    [Fact]
    public void Two_empty_arrays_have_one_form_whether_they_are_the_same_or_not()
    {
        int[] one = (int[])Array.Empty<int>().Clone();
        int[] other = (int[])Array.Empty<int>().Clone();
        byte[] shared = FormOf(new Pair(one, one, [1]));
        Assert.Equal(shared, FormOf(new Pair(one, other, [1])));

        Pair? read = (Pair?)new Shapes([]).Of(typeof(Pair)).Read(new GraphReader(shared));
        Assert.NotNull(read);
        Assert.Empty(read.First);
        Assert.Empty(read.Second);
        Assert.Equal([1], read.Third);
        Assert.Equal(shared, FormOf(read));
    }

    private static byte[] FormOf(Pair pair)
    {
        GraphWriter writer = new(1024);
        new Shapes([]).Of(typeof(Pair)).Write(writer, pair);
        return writer.Written.ToArray();
    }

    private sealed record Pair(int[] First, int[] Second, ImmutableArray<int> Third);
}
