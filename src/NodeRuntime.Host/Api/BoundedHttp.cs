using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NodeRuntime.Host.Api;

/// <summary>What a server takes at once.</summary>
/// <param name="Waiting">Requests behind those; more are refused by 429.</param>
/// <param name="BodyBytes">Of a request.</param>
internal sealed record HttpBounds(int Requests, int Waiting, long BodyBytes, int Connections);

/// <summary>HTTP/1.1 on one address: bodies, headers, connections and requests are bounded. No TLS: a reverse proxy has it.</summary>
internal static class BoundedHttp
{
    /// <summary>The rate limit that routes must ask for.</summary>
    public const string RequestLimit = "requests";

    public static WebApplicationBuilder NewBuilder(HttpBounds bounds, IPEndPoint endpoint, ILoggerFactory loggers)
    {
        // What a server does stands in its own configuration: no `appsettings.json` of whatever folder it was started in is read, or watched.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddConcurrencyLimiter(RequestLimit, limiter =>
            {
                limiter.PermitLimit = bounds.Requests;
                limiter.QueueLimit = bounds.Waiting;
            });
        });
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = bounds.BodyBytes;
            options.Limits.MaxConcurrentConnections = bounds.Connections;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Listen(endpoint, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder;
    }

    /// <param name="failure">What to say where it cannot be listened on, of the reason.</param>
    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public static async Task StartAsync(WebApplication application, Func<string, string> failure)
    {
        try
        {
            await application.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await application.DisposeAsync();
            throw new HostException(failure(exception.Message), exception);
        }
    }

    /// <summary>Requests under way have two seconds.</summary>
    public static async ValueTask EndAsync(WebApplication application)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }
}
