using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;
using Xunit.Abstractions;

namespace NodeRuntime.Persistence.Tests.Plots;

/// <summary>
/// A unit with the rows of the default parameters, made, proven, damaged, found, mended and proven again. <c>PLOT_MEBIBYTES=1024</c> is a unit of full size and
/// takes minutes; by default it is one of 1 MiB.
/// </summary>
public sealed class DefaultUnitTests(ITestOutputHelper output)
{
    private static readonly uint Mebibytes =
        Environment.GetEnvironmentVariable("PLOT_MEBIBYTES") is { } text ? uint.Parse(text, CultureInfo.InvariantCulture) : 1;

    private static readonly SpaceParameters Parameters = SpaceParameters.Default with { UnitRows = Mebibytes * 1024 };

    [Fact]
    public void A_unit_is_made_proven_damaged_found_mended_and_proven_again()
    {
        Assert.Equal(Capacity.CapacityParametersVerdict.Accepted, Parameters.Check());
        using TestFolder disk = new();
        Hash256 hash = Hasher.Sha256("default"u8);
        PlotOwner owner = new(new ChainId(hash), new PublicKey(KeyAlgorithm.Secp256k1, [2, .. hash.AsSpan()]), hash, SpaceCommitment.ParameterSetFirst);
        IArgon2id argon2 = SystemArgon2.Open().Create();
        PlotThrottle throttle = new(1000, TimeProvider.System);
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(disk.In("plot"), Parameters, owner, 1, out PlotFolder? opened));
        using PlotFolder folder = opened!;
        PlotMaker maker = new(folder, argon2, new Prng(1), throttle, new PlotMeter(Parameters.UnitRows, TimeProvider.System));
        PlotProver prover = new(folder, argon2, throttle);
        SpaceChallenge challenge = new(Parameters, Hasher.Sha256("beacon"u8), owner.Identity, 1);

        Assert.Equal(PlotOutcome.Accepted, Timed("made", () => maker.MakeAll(CancellationToken.None)));
        SpaceProof? proof = null;
        Assert.Equal(PlotOutcome.Accepted, Timed("proven", () => prover.Prove(challenge, CancellationToken.None, out proof)));
        Assert.Equal(
            SpaceVerdict.Accepted, Timed("checked", () => SpaceRules.CheckSample(challenge, proof!, argon2, Hasher.Sha256("verifier"u8))).Verdict);

        string rows = Path.Combine(folder.Path, "unit-00000000.rows");
        using (FileStream file = new(rows, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.Write(new byte[4096]);
        }

        ImmutableArray<PlotOutcome> mended = [];
        Assert.Equal(new PlotOutcome(PlotVerdict.ChunkRotten, 0), Timed("read against its checksums", () => folder.CheckUnit(0)));
        Assert.Equal(PlotOutcome.Accepted, Timed("mended", () => maker.MendAll(CancellationToken.None, out mended)));
        Assert.Equal(new PlotOutcome(PlotVerdict.ChunkRotten, 0), Assert.Single(mended));
        Assert.Equal(PlotOutcome.Accepted, folder.CheckUnit(0));
        Assert.Equal(PlotOutcome.Accepted, prover.Prove(challenge, CancellationToken.None, out SpaceProof? again));
        Assert.Equal(proof!.Encode(), again!.Encode());
    }

    private T Timed<T>(string what, Func<T> work)
    {
        long started = TimeProvider.System.GetTimestamp();
        T result = work();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Mebibytes} MiB {what}: {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F2} s"));
        return result;
    }
}
