using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeRuntime.Host.Api;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Host.Witnesses;

/// <summary>
/// An outside witness of one calendar, by C2SP's tlog-witness: <c>POST /add-checkpoint</c> is answered with a cosignature where the checkpoint continues what
/// was cosigned last. One request at a time is judged; what it says is on the disk before the cosignature leaves. Loopback by default and without TLS:
/// put a reverse proxy before it.
/// </summary>
public sealed class WitnessServer : IAsyncDisposable
{
    public const string Route = "/add-checkpoint";

    private static readonly HttpBounds Bounds = new(Requests: 16, Waiting: 64, AddCheckpoint.BytesMax, Connections: 256);

    private readonly WebApplication _application;
    private readonly WitnessBook _book;

    private WitnessServer(WebApplication application, WitnessBook book)
    {
        _application = application;
        _book = book;
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address => _application.Urls.FirstOrDefault() ?? string.Empty;

    /// <exception cref="HostException">The address cannot be listened on.</exception>
    public static async Task<WitnessServer> StartAsync(WitnessBook book, string address, ILoggerFactory loggers)
    {
        if (!IPEndPoint.TryParse(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out IPEndPoint? endpoint))
        {
            throw new HostException($"'{address}' is no address to listen on: write 127.0.0.1:26650");
        }

        WebApplication application = BoundedHttp.NewBuilder(Bounds, endpoint, loggers).Build();
        application.UseRateLimiter();
        ILogger logger = loggers.CreateLogger("witness");
        application.MapPost(Route, context => AnswerAsync(context, book, logger)).RequireRateLimiting(BoundedHttp.RequestLimit);
        await BoundedHttp.StartAsync(application, reason => $"cannot listen on {address}: {reason}. Choose another address or stop what uses it.");
        return new WitnessServer(application, book);
    }

    public async ValueTask DisposeAsync()
    {
        await BoundedHttp.EndAsync(_application);
        _book.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context, WitnessBook book, ILogger logger)
    {
        if (await ReadAsync(context.Request) is not { } request)
        {
            await SayAsync(context, context.Response.StatusCode == StatusCodes.Status413PayloadTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest, "text/plain", "Malformed\n");
            return;
        }

        WitnessAnswer answer;
        try
        {
            answer = await book.AddAsync(request, context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.LogError("nothing is cosigned until the next start: {Reason}", exception.Message);
            await SayAsync(context, StatusCodes.Status500InternalServerError, "text/plain", "NotWritten\n");
            return;
        }

        (int status, string type, string body) = answer.Verdict switch
        {
            WitnessVerdict.Accepted => (StatusCodes.Status200OK, "text/plain; charset=utf-8", answer.Line),
            WitnessVerdict.Malformed or WitnessVerdict.OldSizeAhead => (StatusCodes.Status400BadRequest, "text/plain", answer.Verdict + "\n"),
            WitnessVerdict.OriginUnknown => (StatusCodes.Status404NotFound, "text/plain", answer.Verdict + "\n"),
            WitnessVerdict.SignatureUntrusted => (StatusCodes.Status403Forbidden, "text/plain", answer.Verdict + "\n"),
            WitnessVerdict.OldSizeStale or WitnessVerdict.RootConflict =>
                (StatusCodes.Status409Conflict, "text/x.tlog.size", answer.Size.ToString(CultureInfo.InvariantCulture) + "\n"),
            WitnessVerdict.ProofWrong => (StatusCodes.Status422UnprocessableEntity, "text/plain", answer.Verdict + "\n"),
        };
        await SayAsync(context, status, type, body);
    }

    private static async Task<string?> ReadAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        try
        {
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(body.GetBuffer().AsSpan(0, (int)body.Length));
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            request.HttpContext.Response.StatusCode = exception.StatusCode;
            return null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Task SayAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), context.RequestAborted).AsTask();
    }
}
