using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Custody;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Client.Custody;

/// <summary>
/// Follows custody over the API: from some events to those before and after them, at whichever contact shows them, until nothing is left or the limits are
/// reached. An answer whose record is not what was asked for is no answer: leaves are hashes, so no gateway can lead in a circle.
/// </summary>
/// <param name="tokenOf">Who the gateway is and a token for it.</param>
internal sealed class CustodyGatherer(
    ContactList contacts, Func<Gateway, CancellationToken, Task<ContactAnswer<OwnerAccess>>> tokenOf, CustodyLimits limits, TimeProvider time, TimeSpan pause)
{
    private readonly SortedDictionary<Hash256, (CustodyStep Step, Gateway From, ulong Id)> _found = [];
    private readonly SortedSet<Hash256> _unknown = [];
    private readonly Queue<(Hash256 Leaf, int Depth)> _open = [];
    private readonly Dictionary<Uri, OwnerAccess> _access = [];
    private readonly long _startedAt = time.GetTimestamp();
    private bool _isCut;

    /// <summary>From an event of a number at a peer.</summary>
    /// <exception cref="ClientException">NotFound where no contact has it.</exception>
    public async Task<GatheredCustody> FromEventAsync(ulong id, CancellationToken cancellation)
    {
        // Numbers count at each peer: another's event of this number is another event.
        string number = id.ToString(CultureInfo.InvariantCulture);
        foreach (Gateway gateway in contacts.Preferred())
        {
            await TakeAsync(number, null, 0, [gateway], cancellation).ConfigureAwait(false);
            break;
        }

        return await FollowAsync("the event " + number, cancellation).ConfigureAwait(false);
    }

    /// <summary>From an event's leaf at any contact.</summary>
    public async Task<GatheredCustody> FromLeafAsync(Hash256 leaf, CancellationToken cancellation)
    {
        _open.Enqueue((leaf, 0));
        return await FollowAsync($"the event {leaf}", cancellation).ConfigureAwait(false);
    }

    /// <summary>From everything that the peer entered that ran a job; null where no contact is that peer.</summary>
    public async Task<GatheredCustody?> FromJobAsync(OrderId order, CancellationToken cancellation)
    {
        string path = Routes.JobCustody.Replace("{id}", order.ToString(), StringComparison.Ordinal);
        foreach (Gateway gateway in contacts.Preferred())
        {
            if (await AskAsync(gateway, path, ApiJson.Default.CustodyAnswer, cancellation).ConfigureAwait(false) is not { Events.IsDefaultOrEmpty: false } custody) continue;
            foreach (ulong id in custody.Events)
            {
                if (_found.Count == limits.Events) break;
                await TakeAsync(id.ToString(CultureInfo.InvariantCulture), null, 0, [gateway], cancellation).ConfigureAwait(false);
            }

            _isCut |= custody.Events.Length > limits.Events;
            return await FollowAsync($"the job {order}", cancellation).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<GatheredCustody> FollowAsync(string what, CancellationToken cancellation)
    {
        while (_open.TryDequeue(out (Hash256 Leaf, int Depth) next))
        {
            if (_found.ContainsKey(next.Leaf) || _unknown.Contains(next.Leaf)) continue;
            if (_found.Count >= limits.Events || next.Depth > limits.Depth)
            {
                _isCut = true;
                continue;
            }

            if (!await TakeAsync(next.Leaf.ToString(), next.Leaf, next.Depth, contacts.Preferred(), cancellation).ConfigureAwait(false)) _unknown.Add(next.Leaf);
        }

        if (_found.Count == 0)
        {
            throw new ClientException(ClientFailure.NotFound, $"no contact shows you {what}", "name the peer that has it with --contact; an event is shown to its actor, and a job's to its owner");
        }

        await WaitAsync(cancellation).ConfigureAwait(false);
        ImmutableArray<CustodyStep>.Builder steps = ImmutableArray.CreateBuilder<CustodyStep>(_found.Count);
        foreach ((CustodyStep step, Gateway _, ulong _) in _found.Values) steps.Add(step);
        return new GatheredCustody(steps.MoveToImmutable(), [.. _unknown], _isCut);
    }

    // What is in no round yet is asked for again; what is not there in time is said to be not there.
    private async Task WaitAsync(CancellationToken cancellation)
    {
        while (time.GetElapsedTime(_startedAt) < limits.Patience)
        {
            bool waits = false;
            foreach ((Hash256 leaf, (CustodyStep step, Gateway from, ulong id)) in new List<KeyValuePair<Hash256, (CustodyStep, Gateway, ulong)>>(_found))
            {
                if (step.Receipt is not null) continue;
                await TakeAsync(id.ToString(CultureInfo.InvariantCulture), leaf, limits.Depth + 1, [from], cancellation).ConfigureAwait(false);
                waits |= _found[leaf].Step.Receipt is null;
            }

            if (!waits) return;
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<bool> TakeAsync(string id, Hash256? leaf, int depth, ImmutableArray<Gateway> gateways, CancellationToken cancellation)
    {
        string path = Routes.Event.Replace("{id}", id, StringComparison.Ordinal);
        foreach (Gateway gateway in gateways)
        {
            EventRecordAnswer? answer = await AskAsync(gateway, path, ApiJson.Default.EventRecordAnswer, cancellation).ConfigureAwait(false);
            if (answer is null || Read(answer) is not { } step) continue;
            Hash256 found = RecordHash.Leaf(step.Record.Span);
            if (leaf is { } wanted && found != wanted) continue;
            if (_found.TryGetValue(found, out (CustodyStep Step, Gateway From, ulong Id) before) && before.Step.Receipt is not null) return true;
            _found[found] = (step, gateway, answer.Id);
            if (EventLeaf.TryDecode(step.Record, out EventLeaf? it) == RecordVerdict.Accepted)
            {
                foreach (Hash256 parent in it!.Parents) _open.Enqueue((parent, depth + 1));
            }

            foreach (string text in answer.Children.IsDefault ? [] : answer.Children)
            {
                if (Hash256.TryParse(text, out Hash256 child)) _open.Enqueue((child, depth + 1));
            }

            return true;
        }

        return false;
    }

    // Null for what is no event, or no receipt of it: another contact may do better.
    private static CustodyStep? Read(EventRecordAnswer answer)
    {
        if (BytesOf(answer.Record, Limits.ProvenanceRecordBytesMax) is not { Length: > 0 } record) return null;
        if (EventLeaf.TryDecode(record, out EventLeaf? _) != RecordVerdict.Accepted) return null;
        if (string.IsNullOrEmpty(answer.Receipt)) return new CustodyStep(record, null);
        if (BytesOf(answer.Receipt, Limits.EventReceiptBytesMax) is not { } bytes) return null;
        bool isReceipt = EventReceipt.TryDecode(bytes, out EventReceipt? receipt) == ReceiptCode.None && receipt!.Record.Span.SequenceEqual(record);
        return isReceipt ? new CustodyStep(record, receipt) : null;
    }

    private static byte[]? BytesOf(string? text, int max)
    {
        if (text is null || text.Length > (max + 2) / 3 * 4) return null;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int count) && count <= max ? bytes[..count] : null;
    }

    private async Task<T?> AskAsync<T>(
        Gateway gateway, string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        if (!_access.TryGetValue(gateway.Address, out OwnerAccess? access))
        {
            access = (await tokenOf(gateway, cancellation).ConfigureAwait(false)).Value;
            if (access is null) return null;
            _access.Add(gateway.Address, access);
        }

        return (await gateway.GetAsync(path, type, access.Token, cancellation).ConfigureAwait(false)).Value;
    }
}

/// <summary>A token for the peer behind a gateway.</summary>
internal sealed record OwnerAccess(PeerId Peer, AccessToken Token);
