using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Uses;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// What a peer keeps of rounds, in five streams of the journal: its events in batches, each under the number of its first; the custody that an event is a
/// step of, and what is said of its data, under the event's number; its seconds with their spines, under their round; and, at validators, the calendar's leaves under their index.
/// </summary>
internal sealed class ProvenanceStore(IJournal journal)
{
    private const string Events = "provenance.events";
    private const string Custody = "provenance.custody";
    private const string Labels = "provenance.labels";
    private const string Seconds = "provenance.seconds";
    private const string Calendar = "provenance.calendar";
    private const string Fraud = "provenance.fraud";

    /// <summary>Seconds before the last that a start looks at: spines of earlier ones do not come any more.</summary>
    private const ulong RecentSeconds = 32;

    private const int ReadAtOnce = 64;

    public void Put(EventBatch batch, IEnumerable<CustodyMark> marks, ImmutableArray<LabelledEvent> labels, Action<JournalVerdict> written)
    {
        ImmutableArray<JournalWrite>.Builder writes = ImmutableArray.CreateBuilder<JournalWrite>();
        writes.Add(new JournalWrite.Put(Events, batch.First, batch.Encode()));
        foreach (CustodyMark mark in marks) writes.Add(new JournalWrite.Put(Custody, mark.Sequence, mark.Custody.ToArray()));
        foreach (LabelledEvent it in labels) writes.Add(new JournalWrite.Put(Labels, it.Sequence, it.Label.Encode()));
        journal.Write(new JournalBatch(writes.ToImmutable()), written);
    }

    public void Put(ClosedSecond second, Action<JournalVerdict> written) => Write(new JournalWrite.Put(Seconds, second.Round.Second, second.Encode()), written);

    public void Put(ulong from, ImmutableArray<RoundLeaf> leaves, Action<JournalVerdict> written)
    {
        ImmutableArray<JournalWrite>.Builder writes = ImmutableArray.CreateBuilder<JournalWrite>(leaves.Length);
        for (int i = 0; i < leaves.Length; i++) writes.Add(PutLeaf(from + (ulong)i, leaves[i]));
        journal.Write(new JournalBatch(writes.MoveToImmutable()), written);
    }

    /// <summary>A second of the calendar: in the batch of the block that entered it.</summary>
    public static JournalWrite PutLeaf(ulong index, RoundLeaf leaf) => new JournalWrite.Put(Calendar, index, leaf.Encode());

    public void Put(ulong number, Message.ReportFraud report, Action<JournalVerdict> written) =>
        Write(new JournalWrite.Put(Fraud, number, new ProvenanceMessage.Complaint(report).Encode()), written);

    public void ForgetFrauds(ulong below, Action<JournalVerdict> written) => Write(new JournalWrite.TruncateBelow(Fraud, below), written);

    /// <summary>Proofs that the ledger did not have yet.</summary>
    public IEnumerable<(ulong Number, Message.ReportFraud Report)> Frauds()
    {
        foreach (JournalRecord record in journal.ReadFrom(Fraud, 0, ReadAtOnce))
        {
            ProvenanceMessage.Complaint kept = ProvenanceMessage.Decode(record.Payload) as ProvenanceMessage.Complaint ?? Foreign<ProvenanceMessage.Complaint>();
            yield return (record.Sequence, kept.Report);
        }
    }

    /// <param name="settled">No event above this number is forgotten.</param>
    public void Prune(Round below, ulong settled, Action<JournalVerdict> written)
    {
        ulong events = 0;
        foreach (ClosedSecond first in SecondsFrom(below.Second))
        {
            events = Math.Min(first.Sequence, settled) + 1;
            break;
        }

        ImmutableArray<JournalWrite> writes = [new JournalWrite.TruncateBelow(Seconds, below.Second)];
        if (events > 0) writes = writes.Add(new JournalWrite.TruncateBelow(Events, events)).Add(new JournalWrite.TruncateBelow(Custody, events)).Add(new JournalWrite.TruncateBelow(Labels, events));
        journal.Write(new JournalBatch(writes), written);
    }

    public IEnumerable<ClosedSecond> RecentlyClosed() =>
        journal.Last(Seconds) is { } last ? SecondsFrom(last - Math.Min(last, RecentSeconds)) : [];

    public IEnumerable<EventBatch> BatchesFrom(ulong sequence)
    {
        foreach (JournalRecord record in journal.ReadFrom(Events, sequence, ReadAtOnce)) yield return EventBatch.Decode(record.Payload) ?? Foreign<EventBatch>();
    }

    /// <summary>Number of the last event in the log; 0 for none.</summary>
    public ulong LastEvent => journal.Last(Events) is { } first && journal.Read(Events, first) is { } bytes ? (EventBatch.Decode(bytes) ?? Foreign<EventBatch>()).Last : 0;

    public IEnumerable<CustodyMark> Marks()
    {
        foreach (JournalRecord record in journal.ReadFrom(Custody, 0, ReadAtOnce))
        {
            if (record.Payload.Length != Hash256.ByteCount) Foreign<CustodyMark>();
            yield return new CustodyMark(record.Sequence, new Hash256(record.Payload.Span));
        }
    }

    /// <summary>Of events from a number to another, in their order.</summary>
    public IEnumerable<LabelledEvent> LabelsOf(ulong first, ulong last)
    {
        foreach (JournalRecord record in journal.ReadFrom(Labels, first, ReadAtOnce))
        {
            if (record.Sequence > last) yield break;
            yield return new LabelledEvent(record.Sequence, UseLabel.Decode(record.Payload) ?? Foreign<UseLabel>());
        }
    }

    /// <summary>Seconds of the calendar in a row, up to the first gap.</summary>
    public IEnumerable<RoundLeaf> LeavesFrom(ulong index)
    {
        foreach (JournalRecord record in journal.ReadFrom(Calendar, index, ReadAtOnce))
        {
            if (record.Sequence != index++) yield break;
            yield return RoundLeaf.TryDecode(record.Payload, out RoundLeaf? leaf) == RecordVerdict.Accepted ? leaf! : Foreign<RoundLeaf>();
        }
    }

    /// <summary>The settled second that an event is in; null where there is none.</summary>
    /// <param name="isForgotten">Seconds of its time are pruned.</param>
    public ClosedSecond? Find(ulong sequence, out bool isForgotten)
    {
        isForgotten = false;
        if (journal.Last(Seconds) is not { } last) return null;
        // Last numbers grow with the seconds: the first second that reaches so far is found by halving, and the event is in it or in one behind it.
        ulong low = 0, high = last;
        while (low < high)
        {
            ulong middle = low + ((high - low) / 2);
            if (First(middle) is { } second && second.Last < sequence) low = Math.Max(middle, second.Round.Second) + 1;
            else high = middle;
        }

        foreach (ClosedSecond second in SecondsFrom(low))
        {
            if (second.IsSettled && second.Holds(sequence)) return second;
            // It was in the calendar when this second was closed, and none that holds it is left.
            isForgotten = second.SettledBefore >= sequence;
            if (isForgotten) return null;
        }

        return null;
    }

    private ClosedSecond? First(ulong round)
    {
        foreach (ClosedSecond second in SecondsFrom(round, 1)) return second;
        return null;
    }

    private IEnumerable<ClosedSecond> SecondsFrom(ulong round, int atOnce = ReadAtOnce)
    {
        foreach (JournalRecord record in journal.ReadFrom(Seconds, round, atOnce)) yield return ClosedSecond.Decode(record.Payload) ?? Foreign<ClosedSecond>();
    }

    private void Write(JournalWrite write, Action<JournalVerdict> written) => journal.Write(new JournalBatch([write]), written);

    private static T Foreign<T>() => Invariant.Unreachable<T>("a log that we did not write");
}
