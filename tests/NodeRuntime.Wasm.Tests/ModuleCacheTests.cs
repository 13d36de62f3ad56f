using NodeRuntime.Wasm.Tests.Building;

namespace NodeRuntime.Wasm.Tests;

public sealed class ModuleCacheTests
{
    private static byte[] Bytes(int constant) => Guest.One("i", new CodeBuilder().I32(constant));

    private static ModuleCache Cache(long bytesMax) => new(ModuleLimits.Default, WasmFeatures.All, bytesMax);

    [Fact]
    public void The_same_bytes_give_the_same_module()
    {
        ModuleCache cache = Cache(ModuleCache.DefaultBytesMax);
        Module first = cache.Load(Bytes(1)).Module!;
        Assert.Same(first, cache.Load(Bytes(1)).Module);
        Assert.NotSame(first, cache.Load(Bytes(2)).Module);
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void The_one_used_longest_ago_leaves_first()
    {
        int size = Bytes(1).Length;
        ModuleCache cache = Cache(2 * size);
        Module first = cache.Load(Bytes(1)).Module!;
        Module second = cache.Load(Bytes(2)).Module!;
        Assert.Same(first, cache.Load(Bytes(1)).Module);
        cache.Load(Bytes(3));
        Assert.Equal((2, 2L * size), (cache.Count, cache.Bytes));
        Assert.Same(first, cache.Load(Bytes(1)).Module);
        Assert.NotSame(second, cache.Load(Bytes(2)).Module);
    }

    [Fact]
    public void What_is_refused_or_too_large_is_not_kept()
    {
        ModuleCache cache = Cache(Bytes(1).Length - 1);
        Assert.Equal(ModuleVerdict.Accepted, cache.Load(Bytes(1)).Verdict);
        Assert.Equal(ModuleVerdict.Malformed, cache.Load(new byte[] { 1, 2, 3 }).Verdict);
        Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
    }
}
