using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Posture;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Posture;

/// <summary>What a peer remembers of its machine: baselines, its last edges, and when it was last awake.</summary>
public sealed class PostureStore(IJournal journal)
{
    private const string Baseline = "posture.baseline";
    private const string Edges = "posture.edges";
    private const string Seen = "posture.seen";
    private const string Judged = "posture.judged";

    /// <summary>Numbers of records that one control's baseline may take.</summary>
    private const int PartsAtOnce = 64;

    private const int ReadAtOnce = 64;

    /// <summary>Number of the last edge; 0 for none.</summary>
    public ulong LastEdge => journal.Last(Edges) ?? 0;

    /// <summary>Until when an earlier watch was awake; null where there was none.</summary>
    public Instant? LastSeen
    {
        get
        {
            if (journal.Read(Seen, 0) is not { } bytes) return null;
            WireReader reader = new(bytes);
            reader.Record(WireType.PostureSeen, 1);
            Instant at = reader.Instant();
            reader.End();
            return reader.Succeeded ? at : Invariant.Unreachable<Instant>("a log that we did not write");
        }
    }

    public void PutSeen(Instant at, Action<JournalVerdict> written)
    {
        WireWriter writer = new();
        writer.Record(WireType.PostureSeen, 1).Instant(at);
        journal.Write(new JournalBatch([new JournalWrite.Put(Seen, 0, writer.End().ToArray())]), written);
    }

    /// <summary>Baselines of a number, by control.</summary>
    public SortedDictionary<string, ImmutableSortedDictionary<string, string>> Baselines(uint number)
    {
        SortedDictionary<string, ImmutableSortedDictionary<string, string>> found = new(StringComparer.Ordinal);
        foreach (JournalRecord record in journal.ReadFrom(Baseline, 0, ReadAtOnce))
        {
            PostureBaseline part = PostureBaseline.Decode(record.Payload) ?? Invariant.Unreachable<PostureBaseline>("a log that we did not write");
            if (part.Number != number) continue;
            ImmutableSortedDictionary<string, string> before =
                found.GetValueOrDefault(part.Control) ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
            found[part.Control] = before.SetItems(part.Values);
        }

        return found;
    }

    /// <summary>A control's baseline, whole or not at all; what was there of other numbers is forgotten.</summary>
    public void PutBaseline(uint number, string control, ImmutableSortedDictionary<string, string> values, Action<JournalVerdict> written)
    {
        ulong next = (journal.Last(Baseline) ?? 0) + 1;
        ImmutableArray<JournalWrite>.Builder writes = ImmutableArray.CreateBuilder<JournalWrite>();
        ulong? kept = FirstOf(number);
        writes.Add(new JournalWrite.TruncateBelow(Baseline, kept ?? next));
        ImmutableSortedDictionary<string, string>.Builder part = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string path, string value) in values)
        {
            part.Add(path, value);
            if (part.Count < Limits.PostureBaselineThingsMax) continue;
            writes.Add(new JournalWrite.Put(Baseline, next++, new PostureBaseline(number, control, part.ToImmutable()).Encode()));
            part.Clear();
        }

        // One without things is a baseline, too.
        if (part.Count > 0 || values.IsEmpty) writes.Add(new JournalWrite.Put(Baseline, next, new PostureBaseline(number, control, part.ToImmutable()).Encode()));
        Invariant.Holds(writes.Count <= PartsAtOnce + 2);
        journal.Write(new JournalBatch(writes.ToImmutable()), written);
    }

    /// <summary>Number of the last event that was held against what is expected of data; null where none ever was.</summary>
    public ulong? LastJudged
    {
        get
        {
            if (journal.Read(Judged, 0) is not { } bytes) return null;
            WireReader reader = new(bytes);
            reader.Record(WireType.UsesJudged, 1);
            ulong number = reader.UInt64();
            reader.End();
            return reader.Succeeded ? number : Invariant.Unreachable<ulong>("a log that we did not write");
        }
    }

    /// <param name="judged">Of the events that these edges are about, and all before; null where they are about none.</param>
    public void Put(ImmutableArray<PostureEdge> edges, ulong? judged, Action<JournalVerdict> written)
    {
        ImmutableArray<JournalWrite>.Builder writes = ImmutableArray.CreateBuilder<JournalWrite>(edges.Length + 2);
        foreach (PostureEdge edge in edges) writes.Add(new JournalWrite.Put(Edges, edge.Number, edge.Encode()));
        if (judged is { } number)
        {
            WireWriter writer = new();
            writer.Record(WireType.UsesJudged, 1).UInt64(number);
            writes.Add(new JournalWrite.Put(Judged, 0, writer.End().ToArray()));
        }

        ulong last = edges.IsEmpty ? 0 : edges[^1].Number;
        if (last > Limits.PostureEdgesKeptMax) writes.Add(new JournalWrite.TruncateBelow(Edges, last - Limits.PostureEdgesKeptMax));
        journal.Write(new JournalBatch(writes.ToImmutable()), written);
    }

    /// <summary>Edges that are kept, from a number on, at most so many. Any thread may ask.</summary>
    public ImmutableArray<PostureEdge> EdgesFrom(ulong number, int countMax)
    {
        ImmutableArray<PostureEdge>.Builder found = ImmutableArray.CreateBuilder<PostureEdge>();
        foreach (JournalRecord record in journal.ReadRange(Edges, number, countMax))
        {
            found.Add(PostureEdge.Decode(record.Payload) ?? Invariant.Unreachable<PostureEdge>("a log that we did not write"));
        }

        return found.ToImmutable();
    }

    private ulong? FirstOf(uint number)
    {
        foreach (JournalRecord record in journal.ReadFrom(Baseline, 0, ReadAtOnce))
        {
            if (PostureBaseline.Decode(record.Payload)?.Number == number) return record.Sequence;
        }

        return null;
    }
}

/// <summary>Things of a control as its baseline has them, or some of them.</summary>
public sealed record PostureBaseline(uint Number, string Control, ImmutableSortedDictionary<string, string> Values)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PostureBaseline, 3).UInt64(Number).Text(Control).Array(2 * Values.Count);
        foreach ((string path, string value) in Values) writer.Text(path).Text(value);
        return writer.End().End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static PostureBaseline? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.PostureBaseline, 3);
        uint number = reader.UInt32();
        string control = reader.Text(Limits.PostureWordCharactersMax);
        int count = reader.Array(2 * Limits.PostureBaselineThingsMax);
        if (count % 2 != 0) reader.Fail();
        ImmutableSortedDictionary<string, string>.Builder values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        string before = string.Empty;
        for (int i = 0; i < count / 2 && !reader.Failed; i++)
        {
            string path = reader.Text(Limits.PosturePathCharactersMax);
            // In order, and none twice: one form for one baseline.
            if (i > 0 && string.CompareOrdinal(before, path) >= 0) reader.Fail();
            values[path] = reader.Text(Limits.PostureValueCharactersMax);
            before = path;
        }

        reader.End();
        reader.End();
        return reader.Succeeded ? new PostureBaseline(number, control, values.ToImmutable()) : null;
    }
}
