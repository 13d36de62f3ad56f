using System;
using System.Runtime.Intrinsics.X86;
using NodeRuntime.Primitives;
using Arm = System.Runtime.Intrinsics.Arm;

namespace NodeRuntime.Crypto.Lanes;

/// <summary>Which implementation of SHA-256 for many short messages to use.</summary>
public enum ShortSha256Backend
{
    /// <summary>Sixteen lanes, else eight lanes, else Arm's instructions, else the platform's call: the first that the processor has.</summary>
    Fastest,

    /// <summary>Sixteen messages side by side in AVX-512 registers.</summary>
    Avx512,

    /// <summary>Eight messages side by side in AVX2 registers.</summary>
    Avx2,

    /// <summary>One message after the other by Arm's SHA-2 instructions.</summary>
    Arm,

    /// <summary>One message after the other by the platform's library: everywhere, and the reference.</summary>
    Platform,
}

/// <summary>Opens the hasher that this machine is best at, or the one that is demanded.</summary>
public static class ShortSha256
{
    /// <summary>A record of the largest kind, with its prefix and padding, takes 32 blocks.</summary>
    public const int MessageByteCountMax = 2000;

    /// <summary>What fits into one block beside the padding.</summary>
    public const int MacMessageByteCountMax = 55;

    internal const int BlockByteCount = 64;

    /// <summary>The byte behind a message, and its length in bits.</summary>
    internal const int PaddingByteCountMin = 9;

    public static IShortSha256 Open()
    {
        bool opened = TryOpen(ShortSha256Backend.Fastest, out IShortSha256? hasher);
        Invariant.Holds(opened);
        return hasher!;
    }

    /// <summary>False only where a backend was demanded that this processor does not have.</summary>
    public static bool TryOpen(ShortSha256Backend backend, out IShortSha256? hasher)
    {
        hasher = backend switch
        {
            ShortSha256Backend.Fastest => OpenFastest(),
            ShortSha256Backend.Avx512 => Sha256By16.IsSupported ? new LaneSha256(new Sha256By16()) : null,
            ShortSha256Backend.Avx2 => Avx2.IsSupported ? new LaneSha256(new Sha256By8()) : null,
            ShortSha256Backend.Arm => Arm.Sha256.IsSupported ? new LaneSha256(new Sha256ByArm<ArmInstructions>()) : null,
            ShortSha256Backend.Platform => new PlatformShortSha256(),
        };
        return hasher is not null;
    }

    /// <summary>For people: what <see cref="Open"/> gives here.</summary>
    public static string FastestName =>
        Sha256By16.IsSupported ? "AVX-512, 16 lanes" : Avx2.IsSupported ? "AVX2, 8 lanes" : Arm.Sha256.IsSupported ? "Arm SHA-2" : "platform";

    internal static int BlocksOf(int byteCount) => (byteCount + PaddingByteCountMin + BlockByteCount - 1) / BlockByteCount;

    private static IShortSha256 OpenFastest()
    {
        if (Sha256By16.IsSupported) return new LaneSha256(new Sha256By16());
        if (Avx2.IsSupported) return new LaneSha256(new Sha256By8());
        return Arm.Sha256.IsSupported ? new LaneSha256(new Sha256ByArm<ArmInstructions>()) : new PlatformShortSha256();
    }
}
