using System;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
    private readonly WebApplication _application;

    private ApiServer(WebApplication application) => _application = application;

    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(PeerNode node, string address, ILoggerFactory loggers)
    {
        // What a peer does stands in its own configuration: no `appsettings.json` of whatever folder it was started in is read, or watched.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddOpenApi("v1");
        builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.Services.AddRateLimiter(static options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddConcurrencyLimiter("requests", static limiter =>
            {
                limiter.PermitLimit = 256;
                limiter.QueueLimit = 256;
            });
        });
        IPEndPoint endpoint = IPEndPoint.Parse(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal));
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = Limits.TransactionBytesMax;
            options.Limits.MaxConcurrentConnections = 1024;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Listen(endpoint, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication application = builder.Build();
        application.UseRateLimiter();
        application.MapOpenApi(Routes.OpenApi);
        ApiEndpoints.Map(application, node);
        try
        {
            await application.StartAsync();
        }
        catch (Exception exception) when (exception is System.IO.IOException or SocketException)
        {
            await application.DisposeAsync();
            throw new HostException($"api: cannot listen on {address}: {exception.Message}. Choose another `api:` address or stop what uses it.", exception);
        }

        return new ApiServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        using System.Threading.CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await _application.StopAsync(limit.Token);
        await _application.DisposeAsync();
    }
}
