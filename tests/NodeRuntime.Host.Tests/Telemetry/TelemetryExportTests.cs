using System;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Actors;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Host.Telemetry;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Telemetry;

/// <summary>A collector of our own receives what a real one would.</summary>
public sealed class TelemetryExportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Figures_actors_and_spans_reach_the_collector()
    {
        await using Collector collector = await Collector.StartAsync(StatusCodes.Status200OK);
        using ActorTracer tracer = new();
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("test", dispatcher, new Prng(1), null, tracer);
        TelemetrySection section = new() { Endpoint = collector.Address, Seconds = 1, TracesPerMillion = 1_000_000 };
        ImmutableArray<Figure> figures = [new(FigureKind.Gauge, "noderuntime_view", 7), new(FigureKind.Counter, "noderuntime_seen_total", 9)];
        using (new TelemetryExport(section, "peer-of-the-test", "1.2.3", () => figures, system.Status, NullLogger.Instance))
        {
            TaskCompletionSource<string> heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
            system.Spawn(Props.Create(() => new Listener(heard)), "listener").Tell("a word");
            Assert.Equal("a word", await heard.Task.WaitAsync(Patience));

            string metrics = await collector.NextAsync("/v1/metrics");
            foreach (string name in (string[])["noderuntime_view", "noderuntime_seen", "noderuntime_actor_processed", "/listener", "peer-of-the-test", "1.2.3"])
            {
                Assert.Contains(name, metrics, StringComparison.Ordinal);
            }

            Assert.DoesNotContain("_total", metrics, StringComparison.Ordinal);

            // Asked for while the export lives: the last moment of a peer that ends sends what it can, and promises nothing.
            string spans = await collector.NextAsync("/v1/traces");
            Assert.Contains("/listener", spans, StringComparison.Ordinal);
            Assert.Contains(nameof(String), spans, StringComparison.Ordinal);
            // What was told and what it says stay here: a span has the message's type alone.
            Assert.DoesNotContain("a word", spans, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_collector_that_refuses_is_said_in_the_log()
    {
        await using Collector collector = await Collector.StartAsync(StatusCodes.Status400BadRequest);
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("test", dispatcher, new Prng(1));
        Diary log = new();
        TelemetrySection section = new() { Endpoint = collector.Address, Seconds = 1, TracesPerMillion = 0 };
        using (new TelemetryExport(section, "peer", "1", () => [new(FigureKind.Gauge, "noderuntime_view", 7)], system.Status, log))
        {
            string complaint = await log.Warning.Task.WaitAsync(Patience);
            Assert.Contains(collector.Address, complaint, StringComparison.Ordinal);
            Assert.Contains("400", complaint, StringComparison.Ordinal);
        }
    }

    private sealed class Listener(TaskCompletionSource<string> heard) : Actor<string>
    {
        protected override void Receive(string message) => heard.TrySetResult(message);
    }

    private sealed class Diary : ILogger
    {
        public TaskCompletionSource<string> Warning { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning) Warning.TrySetResult(formatter(state, exception));
        }
    }

    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly ConcurrentDictionary<string, Channel<string>> _received = new(StringComparer.Ordinal);

        private Collector(int status)
        {
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0));
            builder.Logging.ClearProviders();
            _application = builder.Build();
            _application.Run(async context =>
            {
                using MemoryStream body = new();
                await context.Request.Body.CopyToAsync(body);
                Exports(context.Request.Path).Writer.TryWrite(Encoding.Latin1.GetString(body.ToArray()));
                context.Response.StatusCode = status;
            });
        }

        public string Address => _application.Urls.Single();

        public static async Task<Collector> StartAsync(int status)
        {
            Collector collector = new(status);
            await collector._application.StartAsync();
            return collector;
        }

        /// <summary>The body of the next export to a path, whatever comes to the other; texts stand in it as they are.</summary>
        public async Task<string> NextAsync(string path)
        {
            using CancellationTokenSource patience = new(Patience);
            try
            {
                return await Exports(path).Reader.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("nothing came to " + path);
            }
        }

        public async ValueTask DisposeAsync() => await _application.DisposeAsync();

        private Channel<string> Exports(PathString path) => _received.GetOrAdd(path, static _ => Channel.CreateUnbounded<string>());
    }
}
