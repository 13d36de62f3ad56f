using System;

namespace NodeRuntime.Persistence.Tests;

public sealed class SystemEntropyTests
{
    [Fact]
    public void Two_draws_are_not_one()
    {
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        SystemEntropy entropy = new();
        entropy.Fill(first);
        entropy.Fill(second);

        Assert.NotEqual(first, second);
        Assert.NotEqual(new byte[32], first);
    }
}
