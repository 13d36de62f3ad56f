using System;
using System.Linq;

namespace NodeRuntime.Crypto.Tests;

/// <summary>Whether the system has libsecp256k1, and why a test that needs it does not run.</summary>
internal static class Libsecp256k1
{
    /// <summary>Null where such tests must run: the library is there, or the environment demands it.</summary>
    public static string? SkipReason { get; } = IsInstalled || IsRequired
        ? null
        : "libsecp256k1 is not installed (apt-get install libsecp256k1-1); NODERUNTIME_REQUIRE=secp256k1 makes this a failure";

    private static bool IsInstalled => Secp256k1Library.TryLoad(new byte[Secp256k1Library.BlindingByteCount], out _);

    private static bool IsRequired =>
        (Environment.GetEnvironmentVariable("NODERUNTIME_REQUIRE") ?? "").Split(',').Contains("secp256k1", StringComparer.Ordinal);
}

/// <summary>A test that needs libsecp256k1.</summary>
internal sealed class LibsecpFactAttribute : FactAttribute
{
    public LibsecpFactAttribute() => Skip = Libsecp256k1.SkipReason;
}

/// <summary>A table of tests that need libsecp256k1.</summary>
internal sealed class LibsecpTheoryAttribute : TheoryAttribute
{
    public LibsecpTheoryAttribute() => Skip = Libsecp256k1.SkipReason;
}
