using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Cli.Results;
using NodeRuntime.Client;

namespace NodeRuntime.Cli.Receipts;

/// <summary>Events that are entered, with their receipts in a folder; followed into the calendar where that is asked for.</summary>
internal sealed class EventFollower(Session session, ClusterClient client, string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly List<EventAdded> _added = [];

    public string Peer { get; private set; } = string.Empty;

    /// <summary>The second by which the last of them is in the calendar.</summary>
    public ulong Due { get; private set; }

    public ImmutableArray<EventAdded> Added => [.. _added];

    public async Task AddAsync(EventRequest[] requests, CancellationToken cancellation)
    {
        EventsAnswer answer = await client.AddEventsAsync([.. requests], cancellation);
        if (Peer.Length > 0 && answer.Peer != Peer)
        {
            throw new CliException(ExitCode.Failed, "PeerChanged", $"the first events were taken by {Peer}, and these by {answer.Peer}", "name one peer with --contact; those that were entered are in the folder");
        }

        (Peer, Due) = (answer.Peer, answer.Due);
        for (int i = 0; i < answer.Events.Length; i++)
        {
            EventAnswer it = answer.Events[i];
            string path = Path.Combine(folder, EventVerbs.FileOf(it.Id));
            await File.WriteAllBytesAsync(path, Convert.FromBase64String(it.Receipt), cancellation);
            _added.Add(new EventAdded(it.Id, requests[i].Content, it.Leaf, path, EventStates.Promised));
        }
    }

    /// <summary>Until all are in the calendar: their receipts take the place of the promises.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        SortedDictionary<ulong, int> open = [];
        for (int i = 0; i < _added.Count; i++) open.Add(_added[i].Id, i);
        try
        {
            await foreach (EventStateAnswer state in client.FollowEventsAsync(Peer, _added[0].Id, end.Token))
            {
                if (!open.ContainsKey(state.Id)) continue;
                session.Display.Note(string.Create(CultureInfo.InvariantCulture, $"event {state.Id} {state.State}"));
                if (state.State != EventStates.Round) continue;
                // Numbers are in the calendar in their order: what a slow reader was not told of is there as well.
                foreach ((ulong id, int at) in new List<KeyValuePair<ulong, int>>(open))
                {
                    if (id > state.Id) break;
                    await SaveAsync(at, end.Token);
                    open.Remove(id);
                }

                if (open.Count == 0) return;
            }
        }
        catch (IOException)
        {
            // The peer is gone: as when it ends the stream, below.
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCode.TimedOut, "TimedOut", $"{open.Count} events are in no round after two minutes", "their promises are in the folder; `receipt get ID` asks again");
        }

        throw new CliException(ExitCode.Unreachable, "StreamEnded", $"the peer ended its stream before {open.Count} events were in a round", "`receipt get ID` asks again");
    }

    private async Task SaveAsync(int at, CancellationToken cancellation)
    {
        EventReceiptAnswer answer = await client.WaitForReceiptAsync(_added[at].Id, cancellation);
        await File.WriteAllBytesAsync(_added[at].File, Convert.FromBase64String(answer.Receipt), cancellation);
        _added[at] = _added[at] with { State = EventStates.Round };
    }
}
