using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Leaves into a second's tree, beside the hashes that they cannot do without.</summary>
internal static class ProvenanceGroup
{
    private const string Name = "provenance";

    /// <summary>How long leaves are taken without a pause, in seconds; 60 for a figure that is to be published.</summary>
    private const string SecondsVariable = "PROVENANCE_SECONDS";

    /// <summary>Ten milliseconds of a million a second: what one promise covers.</summary>
    private const int BatchEvents = 8192;

    private const int RecordByteCount = 157;

    /// <summary>Salt 2, subject 1, leaf of 158 bytes 3, node 2; the platform's HMAC takes two more, having no state to start from.</summary>
    private const int CompressionsPerLeaf = 8;

    /// <summary>A node of 65 bytes with its padding.</summary>
    private const int CompressionsPerNode = 2;

    private const int NodeByteCount = 65;

    public static IEnumerable<BenchmarkRow> Run()
    {
        RawSha256 raw = new();
        foreach (ShortSha256Backend backend in Enum.GetValues<ShortSha256Backend>())
        {
            if (backend == ShortSha256Backend.Fastest || !ShortSha256.TryOpen(backend, out IShortSha256? hasher)) continue;
            foreach (BenchmarkRow row in Contest.Hold(
                Name, backend + ": nodes of 65 B", "compressions/s", Nodes(hasher!),
                new Limit("dotnet-bound", DotnetNodes()), new Limit(raw.Name, raw.Work(NodeByteCount) with { UnitsEach = CompressionsPerNode })))
            {
                yield return row;
            }

            foreach (BenchmarkRow row in Contest.Hold(
                Name, backend + ": leaves of 157 B", "leaves/s", Leaves(hasher!, keepsNodes: false), new Limit("own hashes", Hashes(hasher!))))
            {
                yield return row;
            }
        }

        foreach (BenchmarkRow row in Contest.Hold(
            Name, "leaves of 157 B, nodes kept", "leaves/s", Leaves(ShortSha256.Open(), keepsNodes: true),
            new Limit("nodes not kept", Leaves(ShortSha256.Open(), keepsNodes: false))))
        {
            yield return row;
        }

        yield return Sustained();
        foreach (BenchmarkRow row in ProvenanceParent.Run(Name)) yield return row;
        foreach (BenchmarkRow row in ProvenanceKeeping.Run(Name)) yield return row;
    }

    private static Work Nodes(IShortSha256 hasher)
    {
        const int Count = 1024;
        byte[] level = new byte[Count * 2 * Hash256.ByteCount], above = new byte[Count * Hash256.ByteCount];
        return new Work(
            times =>
            {
                for (int i = 0; i < times; i++)
                {
                    hasher.HashPrefixed(1, level, 2 * Hash256.ByteCount, above);
                    above.CopyTo(level, 0);
                }
            },
            Count * CompressionsPerNode);
    }

    private static Work DotnetNodes() => new(
        static times =>
        {
            byte[] bytes = new byte[NodeByteCount];
            for (int i = 0; i < times; i++) System.Security.Cryptography.SHA256.HashData(bytes, bytes);
        },
        CompressionsPerNode);

    // The hashes of a leaf alone, by the same backend: nothing is encoded or copied between them.
    private static Work Hashes(IShortSha256 hasher)
    {
        byte[] inputs = new byte[BatchEvents * RecordByteCount], digests = new byte[BatchEvents * Hash256.ByteCount];
        byte[] key = new byte[EventSalts.SecretByteCount];
        return new Work(
            times =>
            {
                for (int i = 0; i < times; i++)
                {
                    hasher.Mac(key, inputs.AsSpan(0, BatchEvents * 9), 9, digests);
                    hasher.Hash(inputs.AsSpan(0, BatchEvents * RecordHash.SubjectInputByteCount), RecordHash.SubjectInputByteCount, digests);
                    hasher.HashPrefixed(0, inputs, RecordByteCount, digests);
                    hasher.HashPrefixed(1, inputs.AsSpan(0, BatchEvents * 64), 64, digests);
                }
            },
            BatchEvents);
    }

    private static Work Leaves(IShortSha256 hasher, bool keepsNodes)
    {
        Heartbeat heartbeat = HeartbeatOf(0);
        EventDraft[] drafts = Drafts();
        SecondTree tree = new(hasher, heartbeat, new byte[EventSalts.SecretByteCount], keepsNodes);
        return new Work(
            times =>
            {
                for (int i = 0; i < times; i++)
                {
                    if (tree.LeafCount > 1_000_000)
                    {
                        tree.Close(0, new Epoch(0));
                        tree = new SecondTree(hasher, heartbeat, new byte[EventSalts.SecretByteCount], keepsNodes);
                    }

                    Take(tree, drafts);
                }
            },
            BatchEvents);
    }

    // Seconds after seconds, each a million leaves, closed and begun anew; by the processor's time of this process, everything included.
    private static BenchmarkRow Sustained()
    {
        double seconds = double.Parse(Environment.GetEnvironmentVariable(SecondsVariable) ?? "5", CultureInfo.InvariantCulture);
        IShortSha256 hasher = ShortSha256.Open();
        EventDraft[] drafts = Drafts();
        long leaves = 0;
        ulong round = 0;
        double start = Clock.Processor.Seconds(), taken;
        do
        {
            SecondTree tree = new(hasher, HeartbeatOf(round++), new byte[EventSalts.SecretByteCount], keepsNodes: false);
            while (tree.LeafCount < 1_000_000) Take(tree, drafts);
            leaves += (long)tree.Close(0, new Epoch(0)).Events;
            taken = Clock.Processor.Seconds() - start;
        }
        while (taken < seconds);

        const double Target = 1_000_000;
        string name = string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s without a pause, {CompressionsPerLeaf} compr./leaf");
        return new BenchmarkRow(Name, name, leaves / taken, "leaves/s/core", Target, "target", leaves / taken / Target);
    }

    private static void Take(SecondTree tree, EventDraft[] drafts)
    {
        IntakeVerdict verdict = tree.Take(drafts, out Intake intake);
        Invariant.Holds(verdict == IntakeVerdict.Accepted);
        Invariant.Holds(intake.Ends[0] == RecordByteCount);
    }

    private static EventDraft[] Drafts()
    {
        EventDraft[] drafts = new EventDraft[BatchEvents];
        Hash256 actor = Hasher.Sha256("actor"u8);
        for (int i = 0; i < BatchEvents; i++)
        {
            Hash256 content = Hasher.Sha256(BitConverter.GetBytes(i));
            drafts[i] = new EventDraft(
                EventKind.Store, content, actor, 1_800_000_000_000_000_000 + (ulong)i, ImmutableArray.Create(content), null, "EE-tallinn-0001");
        }

        return drafts;
    }

    // Sequence numbers of five bytes, as after the first day.
    private static Heartbeat HeartbeatOf(ulong round) => new(
        new Salt(new byte[Salt.ByteCount]), new PeerId(Hasher.Sha256("node"u8)), new Round(1_800_000_000 + round), null, 1_000_000, null, null, null,
        default, 0, AgentLevel.None);
}
