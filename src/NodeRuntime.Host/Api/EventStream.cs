using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Channels;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Host.Api;

/// <summary>
/// An account's events at this peer as they go their way: <c>event</c> with ACCEPTED when one is durable, PROMISED, and ROUND with its receipt's address. Who is too
/// slow misses the oldest, and is told how many pieces of news that were: <c>missed</c>.
/// </summary>
internal sealed class EventStream
{
    public const string StateEvent = "event";
    public const string MissedEvent = "missed";

    private readonly Hash256 _actor;
    private readonly SortedDictionary<ulong, Hash256> _open = [];
    private readonly Queue<SseItem<string>> _told = [];
    private ulong _missed;

    private EventStream(Hash256 actor) => _actor = actor;

    /// <param name="from">Number of the first event to tell of, among the newest that the peer knows; null: from now on.</param>
    public static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        PeerNode node, AccountId account, ulong? from, [EnumeratorCancellation] CancellationToken stop)
    {
        EventStream stream = new(account.Hash);
        ulong dropped = 0;
        Channel<object> happened = Channel.CreateBounded<object>(
            new BoundedChannelOptions(Limits.EventStreamItemsMax) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref dropped));
        // One actor publishes what comes and answers for what was, in turn: before its answer, an event is in it.
        bool isBehindTail = false;
        void Hear(object what)
        {
            if (Volatile.Read(ref isBehindTail)) happened.Writer.TryWrite(what);
        }

        Subscription durable = node.System.EventStream.Subscribe(ActorRef.FromDelegate<EventsDurable>("events", Hear));
        Subscription promised = node.System.EventStream.Subscribe(ActorRef.FromDelegate<PromisedEvents>("promises", Hear));
        Subscription rounds = node.System.EventStream.Subscribe(ActorRef.FromDelegate<ProvenanceStatus>("rounds", Hear));
        try
        {
            ActorRef<RecentOfActor> tail = ActorRef.FromDelegate<RecentOfActor>("tail", recent =>
            {
                happened.Writer.TryWrite(recent);
                Volatile.Write(ref isBehindTail, true);
            });
            if (node.AskRecent(account.Hash, from ?? ulong.MaxValue, tail) != TellVerdict.Accepted) Volatile.Write(ref isBehindTail, true);
            await foreach (object what in happened.Reader.ReadAllAsync(stop))
            {
                stream._missed += Interlocked.Exchange(ref dropped, 0);
                stream.Take(what);
                while (stream._told.TryDequeue(out SseItem<string> told)) yield return told;
            }
        }
        finally
        {
            durable.Cancel();
            promised.Cancel();
            rounds.Cancel();
        }
    }

    private void Take(object what)
    {
        switch (what)
        {
            case RecentOfActor m:
                foreach ((ulong sequence, Hash256 leaf) in m.Events) Add(sequence, leaf);
                End(m.Settled);
                break;
            case EventsDurable m:
                for (int i = 0; i < m.Batch.Records.Length; i++)
                {
                    // Few records hold these bytes at all; those that do are read.
                    if (m.Batch.Records[i].Span.IndexOf(_actor.AsSpan()) < 0) continue;
                    if (EventLeaf.TryDecode(m.Batch.Records[i], out EventLeaf? it) == RecordVerdict.Accepted && it!.Actor == _actor) Add(it.Sequence, m.Batch.LeafAt(i));
                }

                break;
            case PromisedEvents m:
                for (ulong sequence = m.First; sequence < m.First + (ulong)m.Count; sequence++)
                {
                    if (_open.TryGetValue(sequence, out Hash256 leaf)) Tell(sequence, leaf, EventStates.Promised, string.Empty);
                }

                break;
            case ProvenanceStatus m:
                End(m.Settled);
                break;
            default:
                Invariant.Break("news without a rule");
                break;
        }

        if (_missed == 0) return;
        _told.Enqueue(new SseItem<string>(JsonSerializer.Serialize(new EventsMissedAnswer(_missed), ApiJson.Default.EventsMissedAnswer), MissedEvent));
        _missed = 0;
    }

    private void Add(ulong sequence, Hash256 leaf)
    {
        if (_open.Count >= Limits.EventStreamPendingMax)
        {
            _missed++;
            return;
        }

        if (_open.TryAdd(sequence, leaf)) Tell(sequence, leaf, EventStates.Accepted, string.Empty);
    }

    private void End(ulong settled)
    {
        List<ulong> over = [];
        foreach ((ulong sequence, Hash256 leaf) in _open)
        {
            if (sequence > settled) break;
            over.Add(sequence);
            Tell(sequence, leaf, EventStates.Round, Routes.EventReceipt.Replace("{id}", sequence.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        }

        foreach (ulong sequence in over) _open.Remove(sequence);
    }

    private void Tell(ulong sequence, Hash256 leaf, string state, string receipt) => _told.Enqueue(new SseItem<string>(
        JsonSerializer.Serialize(new EventStateAnswer(sequence, leaf.ToString(), state, receipt), ApiJson.Default.EventStateAnswer), StateEvent));
}
