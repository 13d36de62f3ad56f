using System;
using System.Collections.Generic;
using System.IO;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Threading;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// What proofs of capacity cost who gives them and who checks them. On one core; rows that speak of a day are computed from the rates beside them.
/// </summary>
internal static class CapacityGroup
{
    private const string Name = "capacity";
    private const int ScanMegabytes = 64;
    private const double SecondsPerDay = 86_400;

    // A hard disk's sequential reading, from data sheets: it, not the processor, bounds a scan of a large plot.
    private const double HardDiskMegabytesPerSecond = 150;

    private static readonly CpuParameters Cpu = CpuParameters.Default;
    private static readonly SpaceParameters Space = SpaceParameters.Default;

    public static IEnumerable<BenchmarkRow> Run()
    {
        foreach (BenchmarkRow row in Plotting()) yield return row;
        foreach (BenchmarkRow row in Scanning()) yield return row;
        foreach (BenchmarkRow row in SpaceProofs()) yield return row;
        foreach (BenchmarkRow row in Shares(WorkMode.Light)) yield return row;
    }

    /// <summary>The same with a dataset, which takes 2.3 GiB and a minute or two to fill.</summary>
    public static IEnumerable<BenchmarkRow> RunFull() => Shares(WorkMode.Full);

    private static IEnumerable<BenchmarkRow> Plotting()
    {
        IArgon2id ours = SystemArgon2.Open().Create();
        Work rows = MakeRows(ours);
        if (!SystemArgon2.TryOpen(Argon2Backend.Libsodium, out SystemArgon2? sodium))
        {
            Console.Error.WriteLine("libsodium is not installed: the rows beside it are left out (apt-get install libsodium23)");
            yield break;
        }

        foreach (BenchmarkRow row in Contest.Hold(Name, "plot: rows of 1 MiB", "rows/s", rows, new Limit("libsodium-bound", MakeRows(sodium!.Create()))))
        {
            yield return row;
            double mebibytes = row.Value / 1024;
            yield return new BenchmarkRow(Name, "plot: bytes", mebibytes, "MiB/s", row.Limit / 1024, row.LimitName, row.Ratio);
        }
    }

    private static IEnumerable<BenchmarkRow> Scanning()
    {
        byte[] labels = new byte[ScanMegabytes * 1_000_000 / 1024 * 1024];
        new Prng(1).Fill(labels);
        // The threshold of a terabyte: hits cost nothing there, candidates do.
        SpaceChallenge challenge = new(Space, Hasher.Sha256([1]), new PlotIdentity(Hasher.Sha256([2])), 1024);
        Work scan = new(
            times =>
            {
                for (int i = 0; i < times; i++)
                {
                    SpaceScan one = new(challenge);
                    one.Append(labels);
                    Invariant.Holds(one.Proof is null);
                }
            },
            labels.Length / 1e6);
        return Contest.Hold(
            Name, "prove: scan, 128 nonces", "MB/s", scan,
            new Limit("memory-bound", ReadMemory(labels)),
            ThisStorage(),
            new Limit("hard disk, data sheet", new Work(static _ => { }) { RecordedRate = HardDiskMegabytesPerSecond }));
    }

    // Of the folder for temporary files, past the cache or, where its disk does not do that, with the cache dropped.
    private static Limit ThisStorage()
    {
        const long ProbeByteCount = 256 << 20;
        StorageRate rate = StorageProbe.Measure(Path.GetTempPath(), ProbeByteCount, TimeProvider.System, CancellationToken.None);
        Invariant.Holds(rate.Outcome.IsAccepted);
        return new Limit($"this storage, {rate.Read}", new Work(static _ => { }) { RecordedRate = rate.BytesPerSecond / 1e6 });
    }

    private static IEnumerable<BenchmarkRow> SpaceProofs()
    {
        IArgon2id argon2 = SystemArgon2.Open().Create();
        SpaceParameters small = Space with { UnitRows = 128 };
        PlotIdentity identity = new(Hasher.Sha256([3]));
        (SpaceChallenge challenge, SpaceProof proof) = ProveSmall(small, identity, argon2);
        int seed = 0;
        Work sample = new(times =>
        {
            for (int i = 0; i < times; i++)
            {
                SpaceOutcome outcome = SpaceRules.CheckSample(challenge, proof, argon2, Hasher.Sha256(BitConverter.GetBytes(seed++)));
                Invariant.Holds(outcome.Verdict == SpaceVerdict.Accepted);
            }
        });
        Work all = new(times =>
        {
            for (int i = 0; i < times; i++)
            {
                SpaceOutcome outcome = SpaceRules.CheckAll(challenge, proof, argon2);
                Invariant.Holds(outcome.Verdict == SpaceVerdict.Accepted);
            }
        });
        double proofsPerSecond = 0;
        foreach (BenchmarkRow row in Contest.Hold(Name, "verify space: 50 labels", "proofs/s", sample, new Limit("row-bound", Rows(argon2, Space.LabelsVerified))))
        {
            proofsPerSecond = row.Value;
            yield return row;
        }

        foreach (BenchmarkRow row in Contest.Hold(Name, "verify space: all 300 labels", "proofs/s", all, new Limit("row-bound", Rows(argon2, Space.HitsNeeded))))
        {
            yield return row;
        }

        foreach (uint gibibytes in (uint[])[1, 100, 1024])
        {
            SpaceChallenge large = new(Space, Hasher.Sha256([1]), identity, gibibytes);
            int bytes = new SpaceProof(large.Digest, 7, [.. new byte[PackedIndices.ByteCountOf(Space.HitsNeeded, large.IndexBits)]]).Encode().Length;
            yield return new BenchmarkRow(Name, $"proof of {gibibytes} GiB", bytes, "bytes", ChoiceBytes(large), "information-bound", bytes / ChoiceBytes(large));
        }

        foreach (int peers in (int[])[100, 10_000])
        {
            double day = proofsPerSecond * SecondsPerDay;
            yield return new BenchmarkRow(Name, "verify space: peers a day on one core", day, "peers", peers, $"{peers:N0} assigned", day / peers);
        }
    }

    private static IEnumerable<BenchmarkRow> Shares(WorkMode mode)
    {
        SystemWorkHashes hashes = SystemWorkHashes.Open();
        if (hashes.Hint is { } hint) Console.Error.WriteLine(hint);
        PeerId owner = new(Hasher.Sha256([4]));
        // Easy shares: what an opening costs does not depend on how hard they were to find.
        CpuParameters parameters = Cpu with { Kind = hashes.Best, WorkPerShare = 2 };
        SliceDuty duty = new(parameters, owner, new SliceNumber(1), Hasher.Sha256([5]), Hasher.Sha256([6]), Instant.Epoch, 1);
        using IWorkMemory? memory = hashes.Open(hashes.Best, duty.DayKey, mode);
        if (memory is null) yield break;
        Fill(memory);
        using IWorkHash hash = memory.CreateHash();
        ShareSearch search = new(parameters, duty.Beacon, owner, 0);
        search.Step(hash, 60);
        ShareTree tree = new(search.Shares, parameters.TreeDepth);
        ShareCommitment commitment = new(owner, duty.Slice, hashes.Best, 1, tree.Root);
        Hash256 next = Hasher.Sha256([7]);
        ShareOpening opening = ShareRules.Open(parameters, commitment, tree, next);
        Work open = new(times =>
        {
            for (int i = 0; i < times; i++)
            {
                ShareOpeningOutcome outcome = ShareRules.CheckOpening(duty, commitment, opening, next, hash);
                Invariant.Holds(outcome.Verdict == ShareOpeningVerdict.Accepted);
            }
        });
        string how = $"{hashes.Best}, {mode}";
        foreach (BenchmarkRow row in Contest.Hold(Name, $"verify shares: {how}", "openings/s", open, new Limit("hash-bound", Hash(hash, parameters.OpenedShares))))
        {
            yield return row;
            double peers = row.Value * SecondsPerDay / Cpu.SlicesPerDay;
            foreach (int assigned in (int[])[100, 10_000])
            {
                yield return new BenchmarkRow(Name, $"verify shares: peers on one core, {mode}", peers, "peers", assigned, $"{assigned:N0} assigned", peers / assigned);
            }
        }

        yield return new BenchmarkRow(
            Name, "opening of 4 shares", opening.Encode().Length, "bytes", 4 * (Hash256.ByteCount + 6), "a hash and a place", opening.Encode().Length / (4.0 * 38));
    }

    private static void Fill(IWorkMemory memory)
    {
        if (memory.PartCount == 0) return;
        ulong half = memory.PartCount / 2;
        Thread other = new(() => memory.Fill(half, memory.PartCount - half));
        other.Start();
        memory.Fill(0, half);
        other.Join();
    }

    private static Work MakeRows(IArgon2id argon2)
    {
        PlotIdentity identity = new(Hasher.Sha256([8]));
        ulong next = 0;
        byte[] row = new byte[SpaceParameters.RowByteCount];
        return new Work(times =>
        {
            for (int i = 0; i < times; i++) identity.MakeRow(Space, argon2, next++, row);
        });
    }

    private static Work Rows(IArgon2id argon2, int count)
    {
        Work one = MakeRows(argon2);
        return new Work(times => one.Run(times * count));
    }

    private static Work Hash(IWorkHash hash, int count) => new(times =>
    {
        byte[] input = new byte[CpuSeeds.InputByteCount];
        for (int i = 0; i < times * count; i++) hash.Hash(input).AsSpan().CopyTo(input);
    });

    private static Work ReadMemory(byte[] bytes) => new(
        times =>
        {
            for (int i = 0; i < times; i++)
            {
                Vector<ulong> sum = Vector<ulong>.Zero;
                foreach (Vector<ulong> word in MemoryMarshal.Cast<byte, Vector<ulong>>(bytes)) sum ^= word;
                Invariant.Holds(sum != Vector<ulong>.Zero);
            }
        },
        bytes.Length / 1e6);

    private static (SpaceChallenge Challenge, SpaceProof Proof) ProveSmall(SpaceParameters parameters, PlotIdentity identity, IArgon2id argon2)
    {
        byte[] unit = new byte[parameters.UnitByteCount];
        for (int i = 0; i < (int)parameters.UnitRows; i++) identity.MakeRow(parameters, argon2, (ulong)i, unit.AsSpan(i * 1024, 1024));
        for (byte beacon = 0; ; beacon++)
        {
            SpaceChallenge challenge = new(parameters, Hasher.Sha256([beacon]), identity, 1);
            SpaceScan scan = new(challenge);
            scan.Append(unit);
            if (scan.Proof is { } proof) return (challenge, proof);
        }
    }

    /// <summary>What a choice of 300 labels of M and one of 128 nonces must say at least: log2 of the number of choices, by Stirling.</summary>
    private static double ChoiceBytes(SpaceChallenge challenge)
    {
        int k = challenge.Parameters.HitsNeeded;
        double factorial = (k * Math.Log2(k / Math.E)) + (Math.Log2(2 * Math.PI * k) / 2);
        return ((k * Math.Log2(challenge.LabelCount)) - factorial + Math.Log2(challenge.Parameters.Nonces)) / 8;
    }
}
