using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Provenance.Uses;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Host.Api;

/// <summary>
/// Where applications enter what happens to data. Who enters stands in the event as its actor, so a token is asked for; an account without a balance is
/// nobody's, and enters nothing.
/// </summary>
internal static class EventEndpoints
{
    public static void Map(IEndpointRouteBuilder api, IEndpointRouteBuilder unlimited, PeerNode node)
    {
        EventRates rates = new((node.Model.Provenance ?? ProvenanceSettings.Default).EventsPerSecond, TimeProvider.System);
        Places streams = new(Limits.EventStreamsMax);
        // Outside the limiter of requests: a stream lasts as long as its reader.
        unlimited.MapGet(Routes.EventStream, (HttpRequest request, ulong? from, CancellationToken stop) => Follow(node, streams, request, from, stop));
        OperatorReads reads = new(node);
        api.MapPost(Routes.Events, (HttpRequest request) => AddAsync(node, rates, request));
        api.MapGet(Routes.Event, (string id, HttpRequest request) => EventAsync(node, reads, id, request));
        api.MapGet(Routes.JobCustody, (string id, HttpRequest request) => CustodyAsync(node, reads, id, request));
        api.MapGet(Routes.Cosignatures, (ulong size) => CosignaturesAsync(node, size));
        api.MapGet(Routes.CalendarWay, (ulong size, ulong index, ulong from) => WayAsync(node, size, index, from));
        api.MapGet(Routes.Publications, (uint? from) => Publications(node, from ?? 0));
        api.MapGet(Routes.EventReceipt, (string id, HttpRequest request) => ReceiptAsync(node, reads, id, request));
    }

    private static async Task<Results<JsonHttpResult<EventsAnswer>, JsonHttpResult<ErrorAnswer>>> AddAsync(PeerNode node, EventRates rates, HttpRequest request)
    {
        if (node.Model.Provenance is not { } settings) return Off();
        if (ApiEndpoints.OwnerOf(node, request) is not { } actor) return ApiEndpoints.Unauthorised();
        if (node.Tip is not { } tip) return ApiEndpoints.Busy();
        if (!IsKnown(node, tip, actor))
        {
            return ApiEndpoints.Error(
                StatusCodes.Status403Forbidden, "ActorUnknown", $"the account {actor} has no balance on this chain", "use an account that has one: it stands in each event");
        }

        (EventsRequest? wanted, JsonHttpResult<ErrorAnswer>? refusal) = await ReadAsync(request);
        if (refusal is not null) return refusal;
        ImmutableArray<EventDraft>.Builder drafts = ImmutableArray.CreateBuilder<EventDraft>();
        foreach (EventRequest? it in wanted!.Events.IsDefault ? [] : wanted.Events)
        {
            // The declaration cannot keep a `null` out of a list.
            if (it is null) return Malformed("an event in it is null");
            if (drafts.Count == Limits.EventsPerCallMax) return Refused(OfferVerdict.TooMany);
            if (Read(it, actor, settings.Zone, out JsonHttpResult<ErrorAnswer>? wrong) is not { } draft) return wrong!;
            drafts.Add(draft);
        }

        if (rates.Take(actor, drafts.Count) is { } wait) return TooMany(request, wait, $"one account enters at most {settings.EventsPerSecond} events a second");
        OfferAnswer? answer = await ApiEndpoints.AskAsync<OfferAnswer>(reply => node.Offer(drafts.ToImmutable(), reply) ?? TellVerdict.Shed);
        if (answer is null) return ApiEndpoints.Busy();
        return answer.Promised is { } promised
            ? TypedResults.Json(AnswerOf(promised), ApiJson.Default.EventsAnswer, statusCode: StatusCodes.Status201Created)
            : Refused(answer.Verdict);
    }

    private static Results<ServerSentEventsResult<string>, JsonHttpResult<ErrorAnswer>> Follow(
        PeerNode node, Places streams, HttpRequest request, ulong? from, CancellationToken stop)
    {
        if (node.Model.Provenance is null) return Off();
        if (ApiEndpoints.OwnerOf(node, request) is not { } owner) return ApiEndpoints.Unauthorised();
        if (!streams.TryTake()) return TooMany(request, TimeSpan.FromSeconds(1), $"at most {Limits.EventStreamsMax} follow events here");
        request.HttpContext.Response.OnCompleted(() =>
        {
            streams.Free();
            return Task.CompletedTask;
        });
        return TypedResults.ServerSentEvents(EventStream.FollowAsync(node, owner, from, stop));
    }

    private static JsonHttpResult<ErrorAnswer> TooMany(HttpRequest request, TimeSpan wait, string why)
    {
        string seconds = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        request.HttpContext.Response.Headers.RetryAfter = seconds;
        return ApiEndpoints.Error(StatusCodes.Status429TooManyRequests, "TooManyRequests", why, $"ask again in {seconds} s");
    }

    private static async Task<Results<Ok<EventReceiptAnswer>, JsonHttpResult<ErrorAnswer>>> ReceiptAsync(PeerNode node, OperatorReads reads, string id, HttpRequest request)
    {
        if (node.Model.Provenance is null) return Off();
        if (!ulong.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ulong number))
        {
            return ApiEndpoints.Error(StatusCodes.Status400BadRequest, "IdMalformed", $"'{id}' is no event's number", "an event's number was in the answer to POST /v1/events");
        }

        if (ApiEndpoints.OwnerOf(node, request) is not { } owner) return ApiEndpoints.Unauthorised();
        ReceiptAnswer? answer = await ApiEndpoints.AskAsync<ReceiptAnswer>(reply => node.AskReceipt(number, reply) ?? TellVerdict.Shed);
        if (answer is null) return ApiEndpoints.Busy();
        // Whose it is says the custody, which a receipt does not have.
        if (answer.Verdict == ReceiptWant.Made && owner == ApiEndpoints.AccountOf(node))
        {
            FoundEvent? found = await ApiEndpoints.AskAsync<FoundEvent>(reply => node.AskEvent(number, default, reply) ?? TellVerdict.Shed);
            if (found is null || !await IsEnteredAsync(node, reads, found, owner)) return NotEntered();
        }

        return answer.Verdict switch
        {
            // Somebody else's event looks like none: who may not read it learns nothing of it.
            ReceiptWant.Made when !IsReadable(node, answer.Receipt, owner) => Unknown(id),
            ReceiptWant.Made => TypedResults.Ok(new EventReceiptAnswer(number, Convert.ToBase64String(answer.Receipt.Span))),
            ReceiptWant.Unknown => Unknown(id),
            ReceiptWant.Waiting => ApiEndpoints.Error(
                StatusCodes.Status409Conflict, "NotInCalendar", $"the event {number} is in no round yet", "ask again in a second; until then the promise stands"),
            ReceiptWant.Forgotten => ApiEndpoints.Error(
                StatusCodes.Status410Gone, "EventForgotten", $"this peer has forgotten the second of the event {number}", "a receipt is to be taken while its second is kept"),
            ReceiptWant.RecordForgotten => ApiEndpoints.Error(
                StatusCodes.Status410Gone, "RecordForgotten", $"this peer kept the leaf of the event {number} alone", "the promise has the record"),
        };
    }

    private static async Task<Results<Ok<EventRecordAnswer>, JsonHttpResult<ErrorAnswer>>> EventAsync(PeerNode node, OperatorReads reads, string id, HttpRequest request)
    {
        if (node.Model.Provenance is null) return Off();
        ulong? number = null;
        // 64 digits are a leaf: no event has a number so long.
        if (!Hash256.TryParse(id, out Hash256 leaf))
        {
            if (!ulong.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ulong parsed))
            {
                return ApiEndpoints.Error(
                    StatusCodes.Status400BadRequest, "IdMalformed", $"'{id}' names no event", "give the event's number, or its leaf: 64 hexadecimal digits");
            }

            number = parsed;
        }

        if (ApiEndpoints.OwnerOf(node, request) is not { } owner) return ApiEndpoints.Unauthorised();
        FoundEvent? found = await ApiEndpoints.AskAsync<FoundEvent>(reply => node.AskEvent(number, leaf, reply) ?? TellVerdict.Shed);
        if (found is null) return ApiEndpoints.Busy();
        EventLeaf? record = null;
        if (!found.Record.IsEmpty) EventLeaf.TryDecode(found.Record, out record);
        if (found.Receipt.Verdict == ReceiptWant.Unknown || !IsReadable(node, record, found.Custody, owner)) return Unknown(id);
        if (!await IsEnteredAsync(node, reads, found, owner)) return NotEntered();
        ImmutableArray<string>.Builder children = ImmutableArray.CreateBuilder<string>();
        foreach (FoundChild child in found.Children)
        {
            if (IsReadable(node, child.Event, child.Custody, owner)) children.Add(RecordHash.Leaf(child.Event.Encode()).ToString());
        }

        return TypedResults.Ok(new EventRecordAnswer(
            found.Sequence,
            record is null ? string.Empty : RecordHash.Leaf(found.Record.Span).ToString(),
            Convert.ToBase64String(found.Record.Span),
            Convert.ToBase64String(found.Receipt.Receipt.Span),
            found.Receipt.Verdict.ToString(),
            children.ToImmutable()));
    }

    private static async Task<Results<Ok<CustodyAnswer>, JsonHttpResult<ErrorAnswer>>> CustodyAsync(PeerNode node, OperatorReads reads, string id, HttpRequest request)
    {
        if (!Hash256.TryParse(id, out Hash256 order)) return ApiEndpoints.IdMalformed(id);
        if (node.Model.Provenance is null) return Off();
        if (ApiEndpoints.OwnerOf(node, request) is not { } owner) return ApiEndpoints.Unauthorised();
        if (node.Tip is not { } tip) return ApiEndpoints.Busy();
        // As with jobs: somebody else's looks like none.
        OrderRecord? known = tip.State.Records.Order(new OrderId(order));
        bool isOwn = known is not null && (known.Owner == owner || owner == ApiEndpoints.AccountOf(node));
        if (known is null || !isOwn || tip.State.Records.CurrentLease(new OrderId(order)) is not { } lease) return ApiEndpoints.JobUnknown(id);
        FoundCustody? custody = await ApiEndpoints.AskAsync<FoundCustody>(reply => node.AskCustody(lease.Hash, reply) ?? TellVerdict.Shed);
        if (custody is null) return ApiEndpoints.Busy();
        if (known.Owner != owner && !custody.Events.IsEmpty && !await reads.EnterAsync(lease.Hash, lease.Hash, null)) return NotEntered();
        return custody.Events.IsEmpty
            ? ApiEndpoints.Error(StatusCodes.Status404NotFound, "CustodyUnknown", $"this peer has no event of the job {id}", "ask the provider that ran it")
            : TypedResults.Ok(new CustodyAnswer(node.Ports.Signer.PublicKey.ToPeerId().ToString(), lease.ToString(), custody.Events));
    }

    // What outsiders signed is for everybody.
    private static async Task<Results<Ok<CosignaturesAnswer>, JsonHttpResult<ErrorAnswer>>> CosignaturesAsync(PeerNode node, ulong size)
    {
        if (node.Model.Provenance is null) return Off();
        CalendarCosignatures? found = await ApiEndpoints.AskAsync<CalendarCosignatures>(reply => node.AskCosignatures(size, reply) ?? TellVerdict.Shed);
        if (found is null) return ApiEndpoints.Busy();
        return found.Lines.IsEmpty
            ? ApiEndpoints.Error(StatusCodes.Status404NotFound, "NotCosigned", $"this peer has no cosignature of the calendar at size {size}", "ask the calendar's writer, in a minute")
            : TypedResults.Ok(new CosignaturesAnswer(size, found.Lines));
    }

    private static async Task<Results<Ok<CalendarWayAnswer>, JsonHttpResult<ErrorAnswer>>> WayAsync(PeerNode node, ulong size, ulong index, ulong from)
    {
        if (node.Model.Provenance is null) return Off();
        CalendarWay? found = await ApiEndpoints.AskAsync<CalendarWay>(reply => node.AskWay(index, from, size, reply) ?? TellVerdict.Shed);
        if (found is null) return ApiEndpoints.Busy();
        return found.Path is { } path && found.Growth is { } growth
            ? TypedResults.Ok(new CalendarWayAnswer(size, index, [.. path.Select(static it => it.ToString())], from, [.. growth.Select(static it => it.ToString())]))
            : ApiEndpoints.Error(
                StatusCodes.Status404NotFound, "CalendarNotHere", $"this peer keeps no calendar in which the second {index} stands at the sizes {from} and {size}", "ask a peer that validates");
    }

    // Of the state that the newest certified header proves, so that each can be asked for with its proof.
    private static Results<Ok<PublicationsAnswer>, JsonHttpResult<ErrorAnswer>> Publications(PeerNode node, uint from)
    {
        if (node.Tip is not { } tip) return ApiEndpoints.Busy();
        List<PublicationRecord> found = tip.Proven.Records.Publications(new PublicationDay(from), Limits.PublicationsPerAnswerMax + 1);
        ImmutableArray<PublicationAnswer>.Builder answers = ImmutableArray.CreateBuilder<PublicationAnswer>();
        foreach (PublicationRecord it in found.Take(Limits.PublicationsPerAnswerMax))
        {
            answers.Add(new PublicationAnswer(
                it.Day.Number, it.Day.ToString(), it.Size, it.Root.ToString(), (ulong)it.Second.Milliseconds / 1000, it.Epoch.Number, it.Height.Number,
                it.Publisher.ToString(), StateKeys.Publication(it.Day).Id.ToString()));
        }

        return TypedResults.Ok(new PublicationsAnswer(answers.ToImmutable(), found.Count > Limits.PublicationsPerAnswerMax ? found[^1].Day.Number : null));
    }

    private static bool IsKnown(PeerNode node, LedgerTip tip, AccountId actor) =>
        actor == ApiEndpoints.AccountOf(node) || tip.State.Records.Account(actor).Balance > Amount.Zero;

    // What the operator reads of other people's is an event of its own, before it is shown.
    private static async Task<bool> IsEnteredAsync(PeerNode node, OperatorReads reads, FoundEvent found, AccountId owner)
    {
        if (owner != ApiEndpoints.AccountOf(node)) return true;
        bool isRead = EventLeaf.TryDecode(found.Record, out EventLeaf? record) == RecordVerdict.Accepted;
        // Of what only the leaf was kept nothing is shown but its number.
        if (!isRead || record!.Actor == owner.Hash) return true;
        bool isOfPeer = record.Actor == node.Ports.Signer.PublicKey.ToPeerId().Hash;
        if (isOfPeer && found.Custody is null) return true;
        return await reads.EnterAsync(RecordHash.Leaf(found.Record.Span), found.Custody ?? record.Actor, [RecordHash.Leaf(found.Record.Span)]);
    }

    // Its own actor may read an event, and the peer's operator all; of a job's events, the job's owner: they are about what is its own. That something of somebody
    // was read is for whom it was read of.
    private static bool IsReadable(PeerNode node, EventLeaf? leaf, Hash256? custody, AccountId owner)
    {
        if (owner == ApiEndpoints.AccountOf(node) || (leaf is not null && leaf.Actor == owner.Hash) || custody == owner.Hash) return true;
        return custody is { } lease && node.Tip?.State.Records.Lease(new LeaseId(lease)) is { } record && record.Owner == owner;
    }

    private static bool IsReadable(PeerNode node, ReadOnlyMemory<byte> bytes, AccountId owner)
    {
        EventLeaf? leaf = null;
        if (EventReceipt.TryDecode(bytes, out EventReceipt? receipt) == ReceiptCode.None) EventLeaf.TryDecode(receipt!.Record, out leaf);
        return IsReadable(node, leaf, null, owner);
    }

    private static async Task<(EventsRequest? Request, JsonHttpResult<ErrorAnswer>? Refusal)> ReadAsync(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.EventsBodyBytesMax;
        try
        {
            EventsRequest? read = await JsonSerializer.DeserializeAsync(request.Body, ApiJson.Default.EventsRequest, request.HttpContext.RequestAborted);
            if (read is not null) return (read, null);
        }
        catch (BadHttpRequestException exception)
        {
            return (null, ApiEndpoints.Error(
                exception.StatusCode, "TooLarge", $"a call has at most {Limits.EventsBodyBytesMax} bytes", $"send at most {Limits.EventsPerCallMax} events in one"));
        }
        catch (JsonException exception)
        {
            return (null, Malformed(exception.Message));
        }

        return (null, Malformed("there is nothing"));
    }

    private static JsonHttpResult<ErrorAnswer> Malformed(string why) => ApiEndpoints.Error(
        StatusCodes.Status400BadRequest, "BodyMalformed", $"this is no list of events: {why}", "send {\"events\":[{\"kind\":\"ingest\",\"content\":\"<SHA-256>\"}]}");

    private static EventDraft? Read(EventRequest it, AccountId actor, string zone, out JsonHttpResult<ErrorAnswer>? refusal)
    {
        refusal = null;
        ImmutableArray<Hash256>.Builder parents = ImmutableArray.CreateBuilder<Hash256>();
        if (EventKindWords.TryParse(it.Kind) is not { } kind)
        {
            refusal = Wrong(OfferVerdict.KindUnknown, $"'{it.Kind}' is no kind of event", "use " + string.Join(", ", EventKindWords.All));
        }
        else if (!Hash256.TryParse(it.Content, out Hash256 content))
        {
            refusal = ApiEndpoints.Error(StatusCodes.Status400BadRequest, "ContentMalformed", $"'{it.Content}' is no digest", "content is the SHA-256 of the data, 64 hexadecimal digits");
        }
        else if (it.Class is { } word && !UseLabel.IsClass(word))
        {
            refusal = ApiEndpoints.Error(
                StatusCodes.Status400BadRequest, "ClassMalformed", "this is no class of data", $"a class is a word of at most {Limits.PostureWordCharactersMax} small letters, digits and hyphens");
        }
        else if (it.Module is { } text && !Hash256.TryParse(text, out _))
        {
            refusal = ApiEndpoints.Error(StatusCodes.Status400BadRequest, "ModuleMalformed", $"'{text}' is no digest", "module is the hash of the program, 64 hexadecimal digits");
        }
        else if (!TryParents(it, parents))
        {
            refusal = ApiEndpoints.Error(StatusCodes.Status400BadRequest, "ParentMalformed", "a parent is no leaf hash", "a parent is the `leaf` of an earlier answer, 64 hexadecimal digits");
        }
        else
        {
            return new EventDraft(kind, content, actor.Hash, 0, parents.ToImmutable(), null, it.Zone ?? zone, LabelOf(it));
        }

        return null;
    }

    private static UseLabel? LabelOf(EventRequest it)
    {
        if (it.Class is null && it.Module is null) return null;
        return new UseLabel(it.Class ?? string.Empty, it.Module is { } text && Hash256.TryParse(text, out Hash256 module) ? module : null);
    }

    private static bool TryParents(EventRequest it, ImmutableArray<Hash256>.Builder parents)
    {
        foreach (string text in it.Parents.IsDefault ? [] : it.Parents)
        {
            if (!Hash256.TryParse(text, out Hash256 parent)) return false;
            parents.Add(parent);
        }

        return true;
    }

    private static EventsAnswer AnswerOf(PromisedEvents promised)
    {
        ImmutableArray<EventReceipt> receipts = promised.Receipts();
        ImmutableArray<EventAnswer>.Builder events = ImmutableArray.CreateBuilder<EventAnswer>(receipts.Length);
        for (int i = 0; i < receipts.Length; i++)
        {
            events.Add(new EventAnswer(
                promised.First + (ulong)i, promised.Batch.LeafAt(promised.Offset + i).ToString(), Convert.ToBase64String(receipts[i].Encode())));
        }

        return new EventsAnswer(promised.Issuer.ToPeerId().ToString(), promised.Promise.Due.Second, events.MoveToImmutable());
    }

    private static JsonHttpResult<ErrorAnswer> Off() => ApiEndpoints.Error(
        StatusCodes.Status404NotFound, "EventsOff", "this peer enters no events", "ask another peer, or set `provenance.enter`");

    private static JsonHttpResult<ErrorAnswer> NotEntered() => ApiEndpoints.Error(
        StatusCodes.Status503ServiceUnavailable, "ReadNotEntered", "this belongs to somebody else, and that you read it cannot be entered now", "ask again in a few seconds");

    private static JsonHttpResult<ErrorAnswer> Unknown(string id) => ApiEndpoints.Error(
        StatusCodes.Status404NotFound, "EventUnknown", $"you have no event {id} at this peer", "an event's number counts at the peer that took it");

    private static JsonHttpResult<ErrorAnswer> Refused(OfferVerdict verdict) => verdict switch
    {
        OfferVerdict.Empty => Wrong(verdict, "there is no event in the call", "send at least one"),
        OfferVerdict.TooMany => Wrong(verdict, $"a call brings at most {Limits.EventsPerCallMax} events", "send several calls"),
        OfferVerdict.KindUnknown => Wrong(verdict, "an event is of no known kind", "use " + string.Join(", ", EventKindWords.All)),
        OfferVerdict.TooManyParents => Wrong(verdict, $"an event names at most {Limits.EventParentsMax} parents", "join them in an event between"),
        OfferVerdict.ZoneMalformed => Wrong(verdict, "a zone is two capital letters, and behind a dash the site in small letters", "such as EE or EE-tallinn-1"),
        OfferVerdict.ClockWrong => Later(verdict, "this peer's clock is wrong"),
        OfferVerdict.NoSecond => Later(verdict, "this peer has no second open"),
        OfferVerdict.OutOfReach => Later(verdict, "no second of this peer has reached the calendar lately, and what cannot be kept is not promised"),
        OfferVerdict.Backlogged => Later(verdict, "too many events wait for a round already"),
        OfferVerdict.Accepted => Invariant.Unreachable<JsonHttpResult<ErrorAnswer>>("a promise that was accepted and not given"),
    };

    private static JsonHttpResult<ErrorAnswer> Wrong(OfferVerdict verdict, string message, string hint) =>
        ApiEndpoints.Error(StatusCodes.Status422UnprocessableEntity, verdict.ToString(), message, hint);

    private static JsonHttpResult<ErrorAnswer> Later(OfferVerdict verdict, string message) =>
        ApiEndpoints.Error(StatusCodes.Status503ServiceUnavailable, verdict.ToString(), message, "ask again in a few seconds or ask another peer");
}

/// <summary>So many at once.</summary>
internal sealed class Places(int max)
{
    private int _taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= max) return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    public void Free() => Interlocked.Decrement(ref _taken);
}
