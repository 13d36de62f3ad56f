using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// What a million events take in a peer's journal and memory, by what is kept of them. A process of its own for each class, and two million events: what the second
/// million adds is what a million costs a peer that has run for a while, free pages of the first used again.
/// </summary>
internal static class ProvenanceKeeping
{
    /// <summary>The first argument of a process that only does this, and the class behind it.</summary>
    public const string Word = "provenance-keep";

    private const int Million = 1_000_000;
    private const int CallsPerSecond = 64;

    public static IEnumerable<BenchmarkRow> Run(string group)
    {
        foreach (EventRetention retention in Enum.GetValues<EventRetention>())
        {
            double[] said = InItsOwnProcess(retention);
            string kept = "keep " + retention.ToString().ToLowerInvariant();
            yield return new BenchmarkRow(group, kept + ": disk for a million events", said[0], "bytes", said[1], "what is kept", said[0] / said[1]);
            yield return new BenchmarkRow(group, kept + ": memory for a million more", said[2], "bytes", said[1], "what is kept", said[2] / said[1]);
            yield return new BenchmarkRow(group, kept + ": memory of the process", said[3], "bytes", 0, string.Empty, 0);
        }
    }

    /// <summary>Prints disk, least, memory more and memory whole, in bytes, in one line.</summary>
    public static int Serve(string word)
    {
        EventRetention retention = Enum.Parse<EventRetention>(word);
        string path = Directory.CreateTempSubdirectory("noderuntime-keep-").FullName;
        try
        {
            SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
            using DataFolder folder = DataFolder.Open(Path.Combine(path, "data"), LoneProvenance.GenesisOf(signatures).ChainId);
            using SqlJournal journal = SqlJournal.OpenSqlite(folder);
            LoneProvenance peer = new(signatures, journal, ProvenanceSettings.Default with { Retention = retention });
            // The first second of a peer reaches the calendar before anything is promised.
            for (int i = 0; i < 12; i++) peer.Tick();
            ulong entered = Enter(peer, Million, 0);
            (long disk, long memory, long records) = (SizeOf(path), Resident(), peer.RecordBytes);
            entered = Enter(peer, 2 * Million, entered);
            Invariant.Holds(peer.Status.Settled >= 2 * Million);
            long least = retention switch
            {
                EventRetention.Commit => (long)Million * Hash256.ByteCount,
                EventRetention.Record => peer.RecordBytes - records,
                EventRetention.Full => peer.RecordBytes - records + ((long)Million * Hash256.ByteCount),
            };
            long after = Resident();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{SizeOf(path) - disk} {least} {after - memory} {after}"));
            return 0;
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    // Until as many are in the calendar.
    private static ulong Enter(LoneProvenance peer, ulong until, ulong entered)
    {
        Hash256 actor = Hasher.Sha256("actor"u8);
        while (entered < until)
        {
            for (int call = 0; call < CallsPerSecond && entered < until; call++)
            {
                ImmutableArray<EventDraft>.Builder drafts = ImmutableArray.CreateBuilder<EventDraft>(Limits.EventsPerCallMax);
                for (int i = 0; i < Limits.EventsPerCallMax && entered < until; i++)
                {
                    Hash256 content = Hasher.Sha256(BitConverter.GetBytes(entered++));
                    drafts.Add(new EventDraft(EventKind.Store, content, actor, 0, [content], null, "EE-tallinn-0001"));
                }

                peer.Offer(drafts.ToImmutable());
            }

            Pass(peer, 1);
        }

        Pass(peer, 3);
        return entered;
    }

    private static void Pass(LoneProvenance peer, int seconds)
    {
        Instant end = peer.Now + Duration.FromSeconds(seconds);
        while (peer.Now < end) peer.Tick();
    }

    private static long SizeOf(string path) => Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length);

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }

    private static double[] InItsOwnProcess(EventRetention retention)
    {
        string[] entry = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(ProvenanceKeeping).Assembly.Location] : [];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. entry, Word, retention.ToString()]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("cannot start another of this program");
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"keeping {retention} ended with {process.ExitCode}");
        return [.. said.Split(' ').Select(static it => double.Parse(it, CultureInfo.InvariantCulture))];
    }
}
