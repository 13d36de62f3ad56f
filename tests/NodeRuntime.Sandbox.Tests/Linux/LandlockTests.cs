using System;
using System.Buffers.Binary;
using NodeRuntime.Sandbox.Linux;

namespace NodeRuntime.Sandbox.Tests.Linux;

public sealed class LandlockTests
{
    /// <summary>linux/landlock.h: each version forbids all that it knows, and no bit that it would refuse.</summary>
    [Theory]
    [InlineData(1, 8, 0x1fff)]
    [InlineData(2, 8, 0x3fff)]
    [InlineData(3, 8, 0x7fff)]
    [InlineData(4, 16, 0x7fff)]
    [InlineData(5, 16, 0xffff)]
    [InlineData(6, 24, 0xffff)]
    [InlineData(7, 24, 0xffff)]
    public void Version_forbids_all_it_knows(int abi, int length, ulong files)
    {
        byte[] attributes = Landlock.RulesetAttributes(abi);
        Assert.Equal(length, attributes.Length);
        Assert.Equal(files, BinaryPrimitives.ReadUInt64LittleEndian(attributes));
        for (int at = 8; at < length; at += 8) Assert.Equal(3UL, BinaryPrimitives.ReadUInt64LittleEndian(attributes.AsSpan(at)));
    }

    [RequiredFact(Requirement.Landlock)]
    public void Every_version_up_to_this_kernels_makes_a_ruleset()
    {
        int newest = (int)Landlock.Version().Value;
        Assert.InRange(newest, 1, 100);
        for (int abi = 1; abi <= newest; abi++)
        {
            LandlockRule[] rules = [new("/usr", Landlock.ReadFile), new("/not/there", Landlock.ReadFile)];
            nint ruleset = Landlock.Ruleset(abi, rules);
            Assert.True(ruleset > 2);
            Assert.True(Kernel.Call(Syscalls.Close, ruleset).Succeeded);
        }
    }
}
