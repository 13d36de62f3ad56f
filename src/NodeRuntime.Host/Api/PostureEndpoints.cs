using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Host.Posture;
using NodeRuntime.Posture;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime;
using NodeRuntime.Runtime.Posture;

namespace NodeRuntime.Host.Api;

/// <summary>How the peer's machine stands: for the peer's own account, since it says where the machine is weak.</summary>
internal static class PostureEndpoints
{
    public const string EdgeEvent = "edge";

    private const int EdgesPerAnswerMax = 256;

    public static void Map(IEndpointRouteBuilder api, WebApplication application, PeerNode node)
    {
        api.MapGet(Routes.Posture, (HttpRequest request) => Status(node, request));
        api.MapGet(Routes.PostureAlerts, (HttpRequest request, ulong? from) => Edges(node, request, from ?? 0));
        api.MapGet(Routes.PostureProof, (HttpRequest request, string? name, string? of) => ProveAsync(node, request, of, name));
        // Outside the limiter: a stream lasts as long as its reader.
        application.MapGet(Routes.PostureStream, (HttpRequest request, CancellationToken stop) => Follow(node, request, stop));
    }

    private static Results<Ok<PostureAnswer>, JsonHttpResult<ErrorAnswer>> Status(PeerNode node, HttpRequest request)
    {
        if (Refuse(node, request) is { } refusal) return refusal;
        return node.Posture is { } summary ? TypedResults.Ok(PostureShown.Of(summary, node.Uses, node.Challenges)) : ApiEndpoints.Busy();
    }

    private static Results<Ok<PostureEdgesAnswer>, JsonHttpResult<ErrorAnswer>> Edges(PeerNode node, HttpRequest request, ulong from)
    {
        if (Refuse(node, request) is { } refusal) return refusal;
        ImmutableArray<PostureEdge> edges = new PostureStore(node.Ports.Journal).EdgesFrom(from, EdgesPerAnswerMax);
        return TypedResults.Ok(new PostureEdgesAnswer([.. edges.Select(PostureShown.Of)], edges.IsEmpty ? from : edges[^1].Number + 1));
    }

    private static async Task<Results<Ok<PostureProofAnswer>, JsonHttpResult<ErrorAnswer>>> ProveAsync(PeerNode node, HttpRequest request, string? word, string? name)
    {
        if (Refuse(node, request) is { } refusal) return refusal;
        if (ThingClassWords.TryParse(word) is not { } thingClass || name is null)
        {
            return ApiEndpoints.Error(StatusCodes.Status400BadRequest, "ClassUnknown", $"'{word}' is no class of things, or no name was given", "?of=file&name=/etc/passwd; classes: " + ThingClassWords.All);
        }

        PostureProof? answer = await ApiEndpoints.AskAsync<PostureProof>(reply => node.AskProof(new Thing(thingClass, name), reply) ?? TellVerdict.Shed);
        if (answer is null) return ApiEndpoints.Busy();
        if (answer is not { Value: { } value, Proof: { } proof })
        {
            return ApiEndpoints.Error(StatusCodes.Status404NotFound, "ThingUnknown", $"the state has no {answer.Thing}", "no control is about it, or it is not there; programs that run stand in no tree");
        }

        return TypedResults.Ok(new PostureProofAnswer(
            word!, name, value, StateTree.LeafOf(answer.Thing, value).ToString(), answer.Root.ToString(), proof.Size, proof.Index,
            [.. proof.Path.Select(static hash => hash.ToString())]));
    }

    private static Results<ServerSentEventsResult<string>, JsonHttpResult<ErrorAnswer>> Follow(PeerNode node, HttpRequest request, CancellationToken stop)
    {
        if (Refuse(node, request) is { } refusal) return refusal;
        return TypedResults.ServerSentEvents(FollowAsync(node, stop));
    }

    // A slow reader misses the oldest, and sees it by a jump of numbers.
    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(PeerNode node, [EnumeratorCancellation] CancellationToken stop)
    {
        Channel<PostureEdge> happened = Channel.CreateBounded<PostureEdge>(
            new BoundedChannelOptions(Limits.PostureStreamEdgesMax) { FullMode = BoundedChannelFullMode.DropOldest });
        Subscription edges = node.System.EventStream.Subscribe(ActorRef.FromDelegate<PostureEdge>("posture-edges", edge => { happened.Writer.TryWrite(edge); }));
        try
        {
            await foreach (PostureEdge edge in happened.Reader.ReadAllAsync(stop))
            {
                yield return new SseItem<string>(JsonSerializer.Serialize(PostureShown.Of(edge), ApiJson.Default.PostureEdgeAnswer), EdgeEvent);
            }
        }
        finally
        {
            edges.Cancel();
        }
    }

    private static JsonHttpResult<ErrorAnswer>? Refuse(PeerNode node, HttpRequest request)
    {
        if (node.Model.Posture is null || node.Ports.Machine is null)
        {
            return ApiEndpoints.Error(StatusCodes.Status404NotFound, "PostureOff", "this peer does not watch its machine", "`posture.watch` in its configuration");
        }

        return ApiEndpoints.OwnerOf(node, request) == ApiEndpoints.AccountOf(node) ? null : ApiEndpoints.Unauthorised();
    }
}
