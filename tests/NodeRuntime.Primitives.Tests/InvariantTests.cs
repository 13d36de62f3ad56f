using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_invariant_names_its_expression()
    {
        int one = 1;
        Invariant.Holds(one == 1);
        InvariantException broken = Assert.Throws<InvariantException>(() => Invariant.Holds(one == 2));
        Assert.Equal("invariant broken: one == 2", broken.Message);
    }
}
