using System;
using System.Linq;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;

namespace NodeRuntime.Crypto.Tests;

/// <summary>Why a test that needs one of the system's libraries does not run; null where it must: the library is there, or the environment demands it.</summary>
internal static class NativeLibraries
{
    public static string? WithoutSodium { get; } = Reason(SodiumLibrary.TryLoad(out _), "libsodium", "libsodium23", "sodium");

    public static string? WithoutRandomX { get; } = Reason(RandomXLibrary.TryLoad(out _), "librandomx", "librandomx0", "randomx");

    private static string? Reason(bool isInstalled, string library, string package, string word)
    {
        bool isRequired = (Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "").Split(',').Contains(word, StringComparer.Ordinal);
        return isInstalled || isRequired
            ? null
            : $"{library} is not installed (apt-get install {package}); NODERUNTIME_REQUIRE={word} makes this a failure";
    }
}

/// <summary>A test that needs libsodium.</summary>
internal sealed class SodiumFactAttribute : FactAttribute
{
    public SodiumFactAttribute() => Skip = NativeLibraries.WithoutSodium;
}

/// <summary>A test that needs librandomx.</summary>
internal sealed class RandomXFactAttribute : FactAttribute
{
    public RandomXFactAttribute() => Skip = NativeLibraries.WithoutRandomX;
}

/// <summary>A test that needs librandomx, 2.4 GiB of memory and minutes: a campaign, run where <c>RANDOMX_DATASET=1</c> says so.</summary>
internal sealed class RandomXDatasetFactAttribute : FactAttribute
{
    public RandomXDatasetFactAttribute() => Skip = Environment.GetEnvironmentVariable("RANDOMX_DATASET") == "1"
        ? NativeLibraries.WithoutRandomX
        : "a campaign of minutes and 2.4 GiB: RANDOMX_DATASET=1 runs it";
}

/// <summary>The same, with rows.</summary>
internal sealed class SodiumTheoryAttribute : TheoryAttribute
{
    public SodiumTheoryAttribute() => Skip = NativeLibraries.WithoutSodium;
}
