using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Tests.Support;

/// <summary>A gateway over real HTTP that serves a hand-made chain, honest or not, and counts what it is asked.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly WebApplication _application;
    private int _stateRequests;
    private int _sealRequests;

    private FakeGateway(WebApplication application, HandMadeChain chain)
    {
        _application = application;
        Chain = chain;
    }

    public HandMadeChain Chain { get; }

    public Uri Address { get; private set; } = null!;

    public int SealRequests => Volatile.Read(ref _sealRequests);

    public int StateRequests => Volatile.Read(ref _stateRequests);

    /// <summary>Every transaction that was handed in, as it came.</summary>
    public ConcurrentQueue<byte[]> Posted { get; } = new();

    /// <summary>What is said to a transaction.</summary>
    public Func<byte[], IResult> OnPost { get; set; } = static _ => Accepted();

    public Func<string, IResult?> OnGet { get; set; } = static _ => null;

    public PeersAnswer Peers { get; set; } = new([]);

    public static async Task<FakeGateway> StartAsync(HandMadeChain chain)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        FakeGateway gateway = new(application, chain);
        application.MapGet(Routes.Genesis, () => gateway.OnGet(Routes.Genesis) ?? Results.Ok(chain.AnswerGenesis()));
        application.MapGet(Routes.Peers, () => Results.Ok(gateway.Peers));
        application.MapGet(Routes.Seals, (uint from) => gateway.Seals(from));
        application.MapGet(Routes.State, (string family, string id) => gateway.State(family, id));
        application.MapPost(Routes.Transactions, gateway.PostAsync);
        await application.StartAsync();
        gateway.Address = new Uri(application.Urls.Single());
        return gateway;
    }

    public static IResult Accepted() => Results.Json(new TransactionAnswer("id", "Accepted"), ApiJson.Default.TransactionAnswer, statusCode: 202);

    public static IResult Refused(string code) => Error(422, code);

    public static IResult Error(int status, string code) =>
        Results.Json(new ErrorAnswer(code, "refused: " + code, "a hint"), ApiJson.Default.ErrorAnswer, statusCode: status);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private IResult Seals(uint from)
    {
        Interlocked.Increment(ref _sealRequests);
        return OnGet(Routes.Seals) ?? Results.Ok(Chain.AnswerSeals(from));
    }

    private IResult State(string family, string id)
    {
        Interlocked.Increment(ref _stateRequests);
        if (OnGet(Routes.State) is { } other) return other;
        Assert.True(Hash256.TryParse(id, out Hash256 hash));
        return Results.Ok(Chain.AnswerState(new StateKey(Enum.Parse<StateFamily>(family), hash)));
    }

    private async Task<IResult> PostAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        byte[] bytes = body.ToArray();
        Posted.Enqueue(bytes);
        return OnPost(bytes);
    }
}
