using System;
using System.Net;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Api;

/// <summary>
/// The peer's HTTP API: answers from the published tip, hands transactions to the actors, streams jobs to their owners.
/// Loopback by default; bodies, headers, connections and requests are bounded.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private static readonly HttpBounds Bounds = new(Requests: 256, Waiting: 256, Limits.TransactionBytesMax, Connections: 1024);

    private readonly WebApplication _application;

    private ApiServer(WebApplication application) => _application = application;

    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(PeerNode node, string address, ILoggerFactory loggers)
    {
        IPEndPoint endpoint = IPEndPoint.Parse(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
        WebApplicationBuilder builder = BoundedHttp.NewBuilder(Bounds, endpoint, loggers);
        builder.Services.AddOpenApi("v1");
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        WebApplication application = builder.Build();
        application.UseRateLimiter();
        application.MapOpenApi(Routes.OpenApi);
        ApiEndpoints.Map(application, node);
        await BoundedHttp.StartAsync(application, reason => $"api: cannot listen on {address}: {reason}. Choose another `api:` address or stop what uses it.");
        return new ApiServer(application);
    }

    public ValueTask DisposeAsync() => BoundedHttp.EndAsync(_application);
}
