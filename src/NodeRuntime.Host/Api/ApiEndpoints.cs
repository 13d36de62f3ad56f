using System;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Telemetry;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Workload;

namespace NodeRuntime.Host.Api;

/// <summary>Each route and what it answers. Refusals are <see cref="ErrorAnswer"/>s with a stable code.</summary>
internal static class ApiEndpoints
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    public static void Map(WebApplication application, PeerNode node)
    {
        IEndpointRouteBuilder api = application.MapGroup(string.Empty).RequireRateLimiting(BoundedHttp.RequestLimit);
        api.MapGet(Routes.Health, () => Health(node));
        api.MapGet(Routes.Metrics, () => Results.Text(MetricsText.Of(PeerFigures.Of(node)), "text/plain; version=0.0.4"));
        api.MapGet(Routes.Status, () => ApiAnswers.Status(node));
        api.MapGet(Routes.Genesis, () => new GenesisAnswer(node.Model.Chain.ToString(), Convert.ToBase64String(node.Model.Genesis.Encode())));
        api.MapGet(Routes.Seals, (uint? from) => Seals(node, from ?? 0));
        api.MapGet(Routes.Validators, () => Validators(node));
        api.MapGet(Routes.Beacon, () => Beacon(node));
        api.MapGet(Routes.Capacity, (string? from) => Capacity(node, from));
        api.MapGet(Routes.CapacityOf, (string peer) => CapacityOf(node, peer));
        api.MapGet(Routes.Peers, () => ApiAnswers.Peers(node));
        api.MapGet(Routes.State, (string family, string id) => State(node, family, id));
        api.MapPost(Routes.Transactions, (HttpRequest request) => SubmitAsync(node, request));
        api.MapGet(Routes.Chain, (ulong from) => Chain(node, from));
        api.MapPost(Routes.Evidence, (HttpRequest request) => AccuseAsync(node, request));
        EventEndpoints.Map(api, application, node);
        PostureEndpoints.Map(api, application, node);
        api.MapGet(Routes.Jobs, (HttpRequest request) => Jobs(node, request));
        api.MapGet(Routes.Job, (string id, HttpRequest request) => Job(node, id, request));
        api.MapGet(Routes.JobWhy, (string id) => WhyAsync(node, id));
        // Outside the limiter: a stream lasts as long as its job. Its bound is the number of connections.
        application.MapGet(Routes.JobEvents, (string id, HttpRequest request, CancellationToken stop) => Events(node, id, request, stop));
    }

    // A balancer sends nobody to a peer that shows an old chain.
    private static IResult Health(PeerNode node)
    {
        if (node.Tip is null) return Results.Text("NotSynced", statusCode: StatusCodes.Status503ServiceUnavailable);
        return node.Consensus.Outlook == ChainOutlook.Fresh
            ? Results.Text("ok")
            : Results.Text(node.Consensus.Outlook.ToString(), statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static Results<Ok<SealsAnswer>, JsonHttpResult<ErrorAnswer>> Seals(PeerNode node, uint from)
    {
        if (node.Tip is not { } tip) return Busy();
        ImmutableArray<string>.Builder seals = ImmutableArray.CreateBuilder<string>();
        for (long epoch = from; epoch < tip.Seals.Length && seals.Count < Limits.SealsPerAnswerMax; epoch++)
        {
            seals.Add(Convert.ToBase64String(tip.Seals[(int)epoch].Encode()));
        }

        return TypedResults.Ok(new SealsAnswer(tip.State.Validators.Epoch.Number, seals.ToImmutable()));
    }

    private static Results<Ok<ValidatorsAnswer>, JsonHttpResult<ErrorAnswer>> Validators(PeerNode node) =>
        node.Tip is { } tip ? TypedResults.Ok(ApiAnswers.Validators(tip.State)) : Busy();

    private static Results<Ok<BeaconAnswer>, JsonHttpResult<ErrorAnswer>> Beacon(PeerNode node) =>
        node.Tip is { } tip ? TypedResults.Ok(new BeaconAnswer(tip.Height.Number, tip.State.Beacon.ToString())) : Busy();

    private static Results<Ok<CapacitiesAnswer>, JsonHttpResult<ErrorAnswer>> Capacity(PeerNode node, string? from)
    {
        Hash256 account = Hash256.Zero;
        if (from is not null && !Hash256.TryParse(from, out account)) return IdMalformed(from);
        return node.Tip is { } tip ? TypedResults.Ok(ApiAnswers.Capacities(tip, new AccountId(account))) : Busy();
    }

    private static Results<Ok<CapacityPeerAnswer>, JsonHttpResult<ErrorAnswer>> CapacityOf(PeerNode node, string peer)
    {
        if (!Hash256.TryParse(peer, out Hash256 id)) return IdMalformed(peer);
        if (node.Tip is not { } tip) return Busy();
        return ApiAnswers.CapacityOf(tip, new PeerId(id)) is { } answer
            ? TypedResults.Ok(answer)
            : Error(StatusCodes.Status404NotFound, "CapacityUnknown", $"{peer} has not registered any capacity", "GET /v1/capacity lists who has");
    }

    private static Results<Ok<StateAnswer>, JsonHttpResult<ErrorAnswer>> State(PeerNode node, string family, string id)
    {
        if (!Enum.TryParse(family, ignoreCase: true, out StateFamily known) || !Enum.IsDefined(known))
        {
            return Error(StatusCodes.Status400BadRequest, "FamilyUnknown", $"'{family}' is no family of the state", "use " + string.Join(", ", Enum.GetNames<StateFamily>()));
        }

        if (!Hash256.TryParse(id, out Hash256 hash)) return IdMalformed(id);
        if (node.Tip is not { Certified: { } certified } tip)
        {
            return Error(StatusCodes.Status503ServiceUnavailable, "NotSynced", "this peer has no finalized block yet", "ask again in a few seconds or ask another peer");
        }

        WireWriter writer = new();
        certified.Write(writer);
        return TypedResults.Ok(new StateAnswer(
            Convert.ToBase64String(writer.ToArray()), Convert.ToBase64String(tip.Proven.Prove(new StateKey(known, hash)).Encode())));
    }

    private static async Task<Results<JsonHttpResult<TransactionAnswer>, JsonHttpResult<ErrorAnswer>>> SubmitAsync(PeerNode node, HttpRequest request)
    {
        using MemoryStream body = new();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException exception)
        {
            return Error(exception.StatusCode, "TooLarge", $"a transaction has at most {Limits.TransactionBytesMax} bytes", "put programs and inputs with the provider, not on the ledger");
        }

        SubmitAnswer? answer = await AskAsync<SubmitAnswer>(reply => node.Submit(body.ToArray(), reply));
        if (answer is null) return Busy();
        if (answer.IsAccepted) return TypedResults.Json(new TransactionAnswer(answer.Id.ToString(), answer.Verdict), ApiJson.Default.TransactionAnswer, statusCode: StatusCodes.Status202Accepted);
        return Error(StatusCodes.Status422UnprocessableEntity, answer.Verdict, $"the transaction is refused: {answer.Detail}", "see docs/ledger.md for what each verdict means");
    }

    private static ChainAnswer Chain(PeerNode node, ulong from)
    {
        ImmutableArray<string>.Builder links = ImmutableArray.CreateBuilder<string>();
        // As many as the journal gives at once: some megabytes with their bodies.
        foreach (ChainLink link in StoredChain.Read(node.Ports.Journal, new Height(from), Limits.ChainBlocksMax)) links.Add(Convert.ToBase64String(link.Encode()));
        return new ChainAnswer(links.ToImmutable());
    }

    private static async Task<Results<JsonHttpResult<EvidenceAnswer>, JsonHttpResult<ErrorAnswer>>> AccuseAsync(PeerNode node, HttpRequest request)
    {
        using MemoryStream body = new();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException exception)
        {
            return Error(exception.StatusCode, "TooLarge", $"evidence has at most {Limits.EvidenceBytesMax} bytes", "send one piece of it");
        }

        if (!Evidence.TryDecode(body.ToArray(), out Evidence? evidence))
        {
            return Error(StatusCodes.Status400BadRequest, "EvidenceMalformed", "these are not two votes that contradict each other", "send what `noderuntime forensics --evidence FOLDER` wrote");
        }

        AccusationAnswer? answer = await AskAsync<AccusationAnswer>(reply => node.Accuse(evidence!, reply));
        if (answer is null) return Busy();
        if (answer.IsAccepted) return TypedResults.Json(new EvidenceAnswer(answer.Verdict), ApiJson.Default.EvidenceAnswer, statusCode: StatusCodes.Status202Accepted);
        return Error(StatusCodes.Status422UnprocessableEntity, answer.Verdict, "the evidence is refused", "see docs/consensus.md for what each verdict means");
    }

    private static Results<Ok<JobsAnswer>, JsonHttpResult<ErrorAnswer>> Jobs(PeerNode node, HttpRequest request)
    {
        if (OwnerOf(node, request) is not { } owner) return Unauthorised();
        if (node.Tip is not { } tip) return Busy();
        ImmutableArray<JobAnswer>.Builder jobs = ImmutableArray.CreateBuilder<JobAnswer>();
        foreach ((OrderId id, OrderRecord order) in tip.State.Records.OrdersOf(owner, Limits.OpenOrdersPerAccountMax))
        {
            jobs.Add(ApiAnswers.Job(tip, id, order));
        }

        return TypedResults.Ok(new JobsAnswer(jobs.ToImmutable()));
    }

    private static Results<Ok<JobAnswer>, JsonHttpResult<ErrorAnswer>> Job(PeerNode node, string id, HttpRequest request)
    {
        if (!Hash256.TryParse(id, out Hash256 hash)) return IdMalformed(id);
        if (OwnerOf(node, request) is not { } owner) return Unauthorised();
        if (node.Tip is not { } tip) return Busy();
        // Somebody else's job looks like none: who may not read it learns nothing of it.
        if (tip.State.Records.Order(new OrderId(hash)) is not { } order || order.Owner != owner) return JobUnknown(id);
        return TypedResults.Ok(ApiAnswers.Job(tip, new OrderId(hash), order));
    }

    private static async Task<Results<Ok<WhyAnswer>, JsonHttpResult<ErrorAnswer>>> WhyAsync(PeerNode node, string id)
    {
        if (!Hash256.TryParse(id, out Hash256 hash)) return IdMalformed(id);
        ImmutableArray<Decline>? declines = await AskAsync<ImmutableArray<Decline>?>(reply =>
            node.AskWhy(new OrderId(hash), ActorRef.FromDelegate<ImmutableArray<Decline>>("why", found => { reply.Tell(found); })));
        if (declines is not { } known) return Busy();
        ImmutableArray<DeclineAnswer>.Builder answers = ImmutableArray.CreateBuilder<DeclineAnswer>(known.Length);
        foreach (Decline decline in known)
        {
            answers.Add(new DeclineAnswer(
                KeyPolicy.Single(decline.ProviderKey).ToAccountId().ToString(), decline.Reason.ToString(), Convert.ToBase64String(decline.Encode())));
        }

        return TypedResults.Ok(new WhyAnswer(id, answers.MoveToImmutable()));
    }

    private static Results<ServerSentEventsResult<string>, JsonHttpResult<ErrorAnswer>> Events(
        PeerNode node, string id, HttpRequest request, CancellationToken stop)
    {
        if (!Hash256.TryParse(id, out Hash256 hash)) return IdMalformed(id);
        if (OwnerOf(node, request) is not { } owner) return Unauthorised();
        if (node.Tip is not { } tip) return Busy();
        if (tip.State.Records.Order(new OrderId(hash)) is not { } order || order.Owner != owner) return JobUnknown(id);
        return TypedResults.ServerSentEvents(JobStream.FollowAsync(node, new OrderId(hash), stop));
    }

    /// <summary>The peer's own.</summary>
    internal static AccountId AccountOf(PeerNode node) => KeyPolicy.Single(node.Ports.Signer.PublicKey).ToAccountId();

    internal static AccountId? OwnerOf(PeerNode node, HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal)) return null;
        if (AccessToken.Parse(header["Bearer ".Length..]) is not { } token) return null;
        PeerId self = node.Ports.Signer.PublicKey.ToPeerId();
        AccessTokenVerdict verdict = token.Check(node.Model.Chain, self, SystemClock.Now, node.Ports.Signatures);
        return verdict == AccessTokenVerdict.Accepted ? token.Account : null;
    }

    internal static async Task<T?> AskAsync<T>(Func<ActorRef<T>, TellVerdict> ask)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<T> reply = ActorRef.FromDelegate<T>("ask", received => { answer.TrySetResult(received); });
        if (ask(reply) != TellVerdict.Accepted) return default;
        try
        {
            return await answer.Task.WaitAsync(AnswerWithin);
        }
        catch (TimeoutException)
        {
            return default;
        }
    }

    internal static JsonHttpResult<ErrorAnswer> Error(int status, string code, string message, string hint) =>
        TypedResults.Json(new ErrorAnswer(code, message, hint), ApiJson.Default.ErrorAnswer, statusCode: status);

    internal static JsonHttpResult<ErrorAnswer> IdMalformed(string id) =>
        Error(StatusCodes.Status400BadRequest, "IdMalformed", $"'{id}' is no id", "an id has 64 hexadecimal digits");

    internal static JsonHttpResult<ErrorAnswer> Unauthorised() =>
        Error(StatusCodes.Status401Unauthorized, "TokenRefused", "this belongs to its owner", "send a bearer token that the owner's key signed for this peer");

    internal static JsonHttpResult<ErrorAnswer> JobUnknown(string id) =>
        Error(StatusCodes.Status404NotFound, "JobUnknown", $"you have no job {id}", "`noderuntime job list` shows yours");

    internal static JsonHttpResult<ErrorAnswer> Busy() =>
        Error(StatusCodes.Status503ServiceUnavailable, "Busy", "this peer cannot answer now", "ask again in a few seconds or ask another peer");
}
