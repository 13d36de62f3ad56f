using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Persistence.Tests.Support;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Tests.Plots;

public sealed class PlotTests : IDisposable
{
    // 2.25 MiB: two whole chunks and a quarter.
    private static readonly SpaceParameters Parameters = SpaceParameters.Development with { UnitRows = 2304, RowMemory = 8 };
    private static readonly PlotOwner Owner = OwnerOf("plot");
    private static readonly PlotIdentity Identity = Owner.Identity;

    private readonly TestFolder _folder = new();

    private string PlotPath => _folder.In("plot");

    [Fact]
    public void A_plot_is_made_proven_damaged_found_mended_and_proven_again()
    {
        using PlotFolder folder = Open(units: 2);
        List<PlotProgress> progress = [];
        PlotMaker maker = Maker(folder, progress.Add);
        Assert.Equal(PlotOutcome.Accepted, maker.MakeAll(CancellationToken.None));
        Assert.Equal(6, progress.Count);
        Assert.Equal(new PlotProgress(4608, 4608, 4608, progress[^1].Elapsed), progress[^1]);
        Assert.Equal(TimeSpan.Zero, progress[^1].Remaining);
        Assert.True(progress[0].Remaining > TimeSpan.Zero);
        SpaceChallenge challenge = Challenge(1, units: 2);
        Assert.Equal(PlotOutcome.Accepted, Prover(folder).Prove(challenge, CancellationToken.None, out SpaceProof? proof));
        Assert.Equal(SpaceVerdict.Accepted, SpaceRules.CheckAll(challenge, proof!, Argon2()).Verdict);

        // A third of the first unit rots, which a scan that believed its disk would put into a false proof.
        byte[] good = File.ReadAllBytes(Rows(0));
        byte[] bad = [.. good];
        for (int i = 1 << 20; i < bad.Length - 1000; i++) bad[i] ^= 0x5a;
        File.WriteAllBytes(Rows(0), bad);
        byte[] untouched = File.ReadAllBytes(Rows(1));
        Assert.Equal(new PlotOutcome(PlotVerdict.ChunkRotten, 0), Prover(folder).Prove(challenge, CancellationToken.None, out proof));
        Assert.Null(proof);
        progress.Clear();
        Assert.Equal(PlotOutcome.Accepted, maker.MendAll(CancellationToken.None, out ImmutableArray<PlotOutcome> mended));
        Assert.Equal(new PlotOutcome(PlotVerdict.ChunkRotten, 0), Assert.Single(mended));
        Assert.Empty(progress);
        Assert.Equal(good, File.ReadAllBytes(Rows(0)));
        Assert.Equal(untouched, File.ReadAllBytes(Rows(1)));
        Assert.Equal(PlotOutcome.Accepted, Prover(folder).Prove(challenge, CancellationToken.None, out proof));
        Assert.NotNull(proof);
    }

    [Fact]
    public void Work_that_was_interrupted_goes_on_behind_the_last_chunk_that_is_whole()
    {
        byte[] expected = MadeAtOnce();
        using PlotFolder folder = Open(units: 1);
        using CancellationTokenSource cancel = new();
        // Stops behind the second chunk of three.
        int chunks = 0;
        PlotMaker first = Maker(folder, _ =>
        {
            if (++chunks == 2) cancel.Cancel();
        });
        Assert.Equal(new PlotOutcome(PlotVerdict.Cancelled, 0), first.MakeAll(cancel.Token));
        Assert.Equal(new PlotOutcome(PlotVerdict.UnitMissing, 0), folder.CheckUnit(0));

        // A power cut tears what it likes: the second chunk is not what was written.
        using (FileStream torn = new(Rows(0) + ".partial", FileMode.Open))
        {
            torn.Position = (1 << 20) + 77;
            torn.Write(new byte[5000]);
        }

        List<PlotProgress> progress = [];
        Assert.Equal(PlotOutcome.Accepted, Maker(folder, progress.Add).MakeAll(CancellationToken.None));
        Assert.Equal([2048UL, 2304UL], progress.Select(static it => it.RowsDone));
        Assert.Equal([1024UL, 1280UL], progress.Select(static it => it.RowsMade));
        Assert.Equal(expected, File.ReadAllBytes(Rows(0)));
        Assert.Equal(["manifest.plot", "plot.lock", "unit-00000000.rows", "unit-00000000.sums"], Directory.GetFiles(PlotPath).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_crash_between_rows_and_checksums_costs_a_reading()
    {
        using PlotFolder folder = Open(units: 1);
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MakeAll(CancellationToken.None));
        byte[] sums = UnitSums.Decode(File.ReadAllBytes(Sums(0)))!.Sums.SelectMany(static sum => sum.ToArray()).ToArray();
        File.Delete(Sums(0));
        File.WriteAllBytes(Sums(0) + ".partial", sums);
        List<PlotProgress> progress = [];
        Assert.Equal(PlotOutcome.Accepted, Maker(folder, progress.Add).MakeAll(CancellationToken.None));
        Assert.Empty(progress);
        Assert.Equal(PlotOutcome.Accepted, folder.CheckUnit(0));
    }

    [Theory]
    [InlineData(PlotVerdict.UnitMissing)]
    [InlineData(PlotVerdict.SumsUnreadable)]
    [InlineData(PlotVerdict.WrongUnit)]
    [InlineData(PlotVerdict.UnitTruncated)]
    [InlineData(PlotVerdict.ChunkRotten)]
    public void What_is_wrong_with_a_unit_has_a_name_and_only_that_unit_is_made_again(PlotVerdict verdict)
    {
        SpaceParameters small = Parameters with { UnitRows = 64 };
        using PlotFolder folder = Open(units: 3, small);
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MakeAll(CancellationToken.None));
        byte[] rows = File.ReadAllBytes(Rows(1));
        DateTime otherWrittenAt = File.GetLastWriteTimeUtc(Rows(0));
        switch (verdict)
        {
            case PlotVerdict.UnitMissing:
                File.Delete(Rows(1));
                break;
            case PlotVerdict.SumsUnreadable:
                File.WriteAllBytes(Sums(1), [0x80]);
                break;
            case PlotVerdict.WrongUnit:
                File.Copy(Rows(2), Rows(1), overwrite: true);
                File.Copy(Sums(2), Sums(1), overwrite: true);
                break;
            case PlotVerdict.UnitTruncated:
                File.WriteAllBytes(Rows(1), rows[..5000]);
                break;
            default:
                File.WriteAllBytes(Rows(1), [.. rows[..^1], (byte)(rows[^1] ^ 1)]);
                break;
        }

        Assert.Equal(new PlotOutcome(verdict, 1), folder.CheckUnit(1));
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MendAll(CancellationToken.None, out ImmutableArray<PlotOutcome> mended));
        Assert.Equal(new PlotOutcome(verdict, 1), Assert.Single(mended));
        Assert.Equal(rows, File.ReadAllBytes(Rows(1)));
        Assert.Equal(otherWrittenAt, File.GetLastWriteTimeUtc(Rows(0)));
    }

    [Fact]
    public void Rotten_checksums_are_made_again_with_their_unit()
    {
        using PlotFolder folder = Open(units: 1);
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MakeAll(CancellationToken.None));
        UnitSums sums = UnitSums.Decode(File.ReadAllBytes(Sums(0)))!;
        File.WriteAllBytes(Sums(0), (sums with { Sums = sums.Sums.SetItem(1, Hasher.Sha256("rot"u8)) }).Encode());
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MendAll(CancellationToken.None, out _));
        Assert.Equal(sums.Encode(), File.ReadAllBytes(Sums(0)));
    }

    [Fact]
    public void A_disk_that_is_taken_out_while_it_proves_is_a_verdict()
    {
        using PlotFolder folder = Open(units: 2);
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MakeAll(CancellationToken.None));
        SpaceChallenge challenge = Challenge(1, units: 2);
        uint second = challenge.UnitAt(1);

        byte[] rows = File.ReadAllBytes(Rows(second));
        File.WriteAllBytes(Rows(second), rows[..(1 << 20)]);
        Assert.Equal(new PlotOutcome(PlotVerdict.UnitTruncated, second), Prover(folder).Prove(challenge, CancellationToken.None, out _));
        File.Delete(Rows(second));
        Assert.Equal(new PlotOutcome(PlotVerdict.UnitMissing, second), Prover(folder).Prove(challenge, CancellationToken.None, out _));
        Directory.Delete(PlotPath, recursive: true);
        Assert.Equal(PlotVerdict.FolderMissing, Prover(folder).Prove(challenge, CancellationToken.None, out SpaceProof? proof).Verdict);
        Assert.Null(proof);
        Assert.Equal(PlotVerdict.FolderMissing, folder.CheckUnit(0).Verdict);
        Assert.Equal(PlotVerdict.FolderMissing, Maker(folder).MakeUnit(0, CancellationToken.None).Verdict);
    }

    [FactRequiring(Requirement.Mount)]
    public void A_full_disk_is_a_verdict_and_declares_no_unit()
    {
        using SmallDisk disk = new("2m");
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(Path.Combine(disk.Path, "plot"), Parameters, Owner, 1, out PlotFolder? folder));
        using (folder)
        {
            Assert.Equal(new PlotOutcome(PlotVerdict.DiskFull, 0), Maker(folder!).MakeAll(CancellationToken.None));
            Assert.Equal(new PlotOutcome(PlotVerdict.UnitMissing, 0), folder!.CheckUnit(0));
        }
    }

    [Fact]
    public void A_plot_of_another_owner_or_layout_and_one_in_use_are_refused()
    {
        using (PlotFolder folder = Open(units: 1))
        {
            Assert.Equal(new PlotOutcome(PlotVerdict.InUse), PlotFolder.TryOpen(PlotPath, Parameters, Owner, 1, out PlotFolder? second));
            Assert.Null(second);
            SpaceChallenge challenge = new(Parameters, Hasher.Sha256([1]), OwnerOf("thief").Identity, 1);
            Assert.Equal(PlotVerdict.WrongOwner, Prover(folder).Prove(challenge, CancellationToken.None, out _).Verdict);
        }

        Assert.Equal(new PlotOutcome(PlotVerdict.WrongOwner), PlotFolder.TryOpen(PlotPath, Parameters, OwnerOf("other"), 1, out _));
        Assert.Equal(
            new PlotOutcome(PlotVerdict.WrongLayout), PlotFolder.TryOpen(PlotPath, Parameters with { RowMemory = 16 }, Owner, 1, out _));
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(PlotPath, Parameters, Owner, 9, out PlotFolder? larger));
        larger!.Dispose();
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(PlotPath, Parameters, Owner, 2, out PlotFolder? smaller));
        Assert.Equal(2U, smaller!.Manifest.Units);
        smaller.Dispose();
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(PlotPath, Parameters, Identity, 9, out PlotFolder? nameless));
        Assert.Equal(Owner, nameless!.Manifest.Owner);
        nameless.Dispose();
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryRead(PlotPath, out PlotManifest? manifest));
        Assert.Equal(PlotManifest.Of(Parameters, Owner, 9), manifest);
        File.WriteAllBytes(Path.Combine(PlotPath, "manifest.plot"), [1, 2, 3]);
        Assert.Equal(new PlotOutcome(PlotVerdict.ManifestUnreadable), PlotFolder.TryOpen(PlotPath, Parameters, Owner, 1, out _));
    }

    [Fact]
    public void A_crew_makes_what_is_missing_and_each_unit_is_as_one_maker_makes_it()
    {
        SpaceParameters small = Parameters with { UnitRows = 64 };
        using PlotFolder folder = Open(units: 5, small);
        Assert.Equal(PlotOutcome.Accepted, Maker(folder).MakeUnit(3, CancellationToken.None));
        byte[] fourth = File.ReadAllBytes(Rows(3));
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.FindRoomNeeded(PlotPath, small, 5, out long needed));
        Assert.Equal(4 * (small.UnitByteCount + 64), needed);
        List<PlotProgress> progress = [];

        PlotCrew crew = new(folder, SystemArgon2.Open(), threads: 3, dutyPerMille: 1000, seed: 1, TimeProvider.System);
        Assert.Equal(PlotOutcome.Accepted, crew.MakeAll(progress.Add, CancellationToken.None, out PlotProgress last));

        Assert.Equal([128UL, 192UL, 256UL, 320UL], progress.Select(static it => it.RowsDone));
        Assert.Equal((320UL, 256UL), (last.RowsDone, last.RowsMade));
        Assert.Equal(PlotOutcome.Accepted, crew.CheckAll(mends: false, null, CancellationToken.None, out ImmutableArray<PlotFinding> findings));
        Assert.Empty(findings);
        File.Delete(Sums(3));
        File.Delete(Rows(3));
        Assert.Equal(PlotOutcome.Accepted, crew.MakeAll(null, CancellationToken.None, out _));
        Assert.Equal(fourth, File.ReadAllBytes(Rows(3)));
    }

    [Fact]
    public void A_crew_reads_on_behind_a_wrong_unit_and_mends_all_of_them()
    {
        using PlotFolder folder = Open(units: 3, Parameters with { UnitRows = 64 });
        PlotCrew crew = new(folder, SystemArgon2.Open(), threads: 1, dutyPerMille: 1000, seed: 1, TimeProvider.System);
        Assert.Equal(PlotOutcome.Accepted, crew.MakeAll(null, CancellationToken.None, out _));
        byte[] first = File.ReadAllBytes(Rows(0));
        File.WriteAllBytes(Rows(0), [.. first[..^1], (byte)(first[^1] ^ 1)]);
        File.Delete(Rows(2));

        Assert.Equal(PlotOutcome.Accepted, crew.CheckAll(mends: false, null, CancellationToken.None, out ImmutableArray<PlotFinding> found));
        Assert.Equal([new PlotFinding(0, PlotVerdict.ChunkRotten, 1, false), new PlotFinding(2, PlotVerdict.UnitMissing, 0, false)], found.AsEnumerable());
        Assert.Equal(PlotOutcome.Accepted, crew.CheckAll(mends: true, null, CancellationToken.None, out ImmutableArray<PlotFinding> mended));
        Assert.All(mended, static finding => Assert.True(finding.IsMended));
        Assert.Equal(first, File.ReadAllBytes(Rows(0)));
        Assert.Equal(PlotOutcome.Accepted, crew.CheckAll(mends: false, null, CancellationToken.None, out found));
        Assert.Empty(found);
    }

    [Fact]
    public void A_crew_that_is_stopped_or_loses_its_disk_says_so()
    {
        using PlotFolder folder = Open(units: 3, Parameters with { UnitRows = 64 });
        PlotCrew crew = new(folder, SystemArgon2.Open(), threads: 2, dutyPerMille: 1000, seed: 1, TimeProvider.System);
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Equal(PlotVerdict.Cancelled, crew.MakeAll(null, stop.Token, out _).Verdict);
        Directory.Delete(PlotPath, recursive: true);
        Assert.Equal(PlotVerdict.FolderMissing, crew.MakeAll(null, CancellationToken.None, out _).Verdict);
        Assert.Equal(PlotVerdict.FolderMissing, crew.CheckAll(mends: true, null, CancellationToken.None, out _).Verdict);
    }

    [Fact]
    public void A_row_function_that_errs_never_declares_a_unit()
    {
        using PlotFolder folder = Open(units: 1, Parameters with { UnitRows = 64 });
        PlotMaker maker = new(folder, new ErringArgon2(), new Prng(1), new PlotThrottle(1000, TimeProvider.System), new PlotMeter(64, TimeProvider.System));
        Assert.Equal(new PlotOutcome(PlotVerdict.RowWrong, 0), maker.MakeAll(CancellationToken.None));
        Assert.Equal(new PlotOutcome(PlotVerdict.UnitMissing, 0), folder.CheckUnit(0));
    }

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(500, 60)]
    [InlineData(250, 180)]
    public void A_throttle_rests_in_proportion(int dutyPerMille, int restSeconds) => Assert.Equal(
        TimeSpan.FromSeconds(restSeconds), new PlotThrottle(dutyPerMille, TimeProvider.System).RestAfter(TimeSpan.FromSeconds(60)));

    [Theory]
    [InlineData(LowLevel.Idle, LowLevel.Dated, "19", "19")]
    [InlineData(LowLevel.Dated, LowLevel.Idle, "5", "19")]
    public void A_low_thread_is_nice_and_one_that_it_starts_never_stands_above_it(LowLevel level, LowLevel below, string nice, string niceBelow)
    {
        if (!OperatingSystem.IsLinux()) return;
        string? seen = null;
        string? seenBelow = null;
        Thread thread = LowPriority.Start(
            "low",
            () =>
            {
                seen = NiceOfThread();
                LowPriority.Start("below", () => seenBelow = NiceOfThread(), below).Join();
            },
            level);
        thread.Join();
        Assert.Equal((nice, niceBelow), (seen, seenBelow));
    }

    private static string NiceOfThread() => File.ReadAllText("/proc/thread-self/stat").Split(") ")[1].Split(' ')[16];

    public void Dispose() => _folder.Dispose();

    private PlotFolder Open(uint units, SpaceParameters? parameters = null)
    {
        Assert.Equal(PlotOutcome.Accepted, PlotFolder.TryOpen(PlotPath, parameters ?? Parameters, Owner, units, out PlotFolder? folder));
        return folder!;
    }

    private static byte[] MadeAtOnce()
    {
        byte[] rows = new byte[Parameters.UnitByteCount];
        IArgon2id argon2 = Argon2();
        for (uint row = 0; row < Parameters.UnitRows; row++) Identity.MakeRow(Parameters, argon2, row, rows.AsSpan((int)row * 1024, 1024));
        return rows;
    }

    private string Rows(uint unit) => Path.Combine(PlotPath, $"unit-{unit:D8}.rows");

    private string Sums(uint unit) => Path.Combine(PlotPath, $"unit-{unit:D8}.sums");

    private static SpaceChallenge Challenge(byte beacon, uint units) => new(Parameters, Hasher.Sha256([beacon]), Identity, units);

    private static IArgon2id Argon2() => SystemArgon2.Open().Create();

    private static PlotMaker Maker(PlotFolder folder, Action<PlotProgress>? report = null) =>
        new(folder, Argon2(), new Prng(1), new PlotThrottle(1000, TimeProvider.System), MeterOf(folder, report));

    private static PlotMeter MeterOf(PlotFolder folder, Action<PlotProgress>? report) =>
        new((ulong)folder.Manifest.Units * folder.Parameters.UnitRows, TimeProvider.System, report);

    private static PlotOwner OwnerOf(string name)
    {
        Hash256 hash = Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(name));
        return new PlotOwner(new ChainId(hash), new PublicKey(KeyAlgorithm.Secp256k1, [2, .. hash.AsSpan()]), hash, SpaceCommitment.ParameterSetFirst);
    }

    private static PlotProver Prover(PlotFolder folder) => new(folder, Argon2(), new PlotThrottle(1000, TimeProvider.System));

    /// <summary>A machine whose memory fails: every row comes out differently.</summary>
    private sealed class ErringArgon2 : IArgon2id
    {
        private byte _count;

        public void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, uint memory, uint passes, Span<byte> tag) => tag.Fill(++_count);
    }
}
