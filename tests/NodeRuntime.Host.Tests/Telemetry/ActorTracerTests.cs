using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Host.Telemetry;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Telemetry;

public sealed class ActorTracerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_requests_way_through_the_actors_is_one_trace()
    {
        using ActorTracer tracer = new();
        using Spans spans = new();
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("test", dispatcher, new Prng(1), null, tracer);
        ActorRef<Question> last = system.Spawn(Props.Create(static () => new Relay(null)), "last");
        ActorRef<Question> first = system.Spawn(Props.Create(() => new Relay(last)), "first");

        using (Activity request = spans.Request())
        {
            AskOutcome<int> outcome = await first.AskAsync<Question, int>(static reply => new Question(20, reply), Patience);
            Assert.Equal(21, outcome.Reply);
        }

        Activity[] ended = await spans.WaitForAsync(3);
        Activity relayed = ended.Single(static span => Equals(span.GetTagItem("actor"), "/first"));
        Activity answered = ended.Single(static span => Equals(span.GetTagItem("actor"), "/last"));
        Activity begun = ended.Single(static span => span.OperationName == "request");
        Assert.Equal(begun.SpanId, relayed.ParentSpanId);
        Assert.Equal(relayed.SpanId, answered.ParentSpanId);
        Assert.Equal([begun.TraceId], ended.Select(static span => span.TraceId).Distinct());
        Assert.Equal(nameof(Question), answered.OperationName);
    }

    [Fact]
    public async Task What_an_actor_throws_marks_its_span()
    {
        using ActorTracer tracer = new();
        using Spans spans = new();
        using ThreadPoolDispatcher dispatcher = new();
        ActorSystem system = new("test", dispatcher, new Prng(1), null, tracer);
        ActorRef<Question> failing = system.Spawn(Props.Create(static () => new Relay(null)), "failing");

        using (spans.Request()) failing.Tell(new Question(-1, ActorRef.FromDelegate<int>("nobody", static _ => { })));

        Activity failed = (await spans.WaitForAsync(2)).Single(static span => span.OperationName == nameof(Question));
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Equal(nameof(ArgumentOutOfRangeException), failed.StatusDescription);
    }

    private sealed record Question(int Number, ActorRef<int> ReplyTo);

    private sealed class Relay(ActorRef<Question>? next) : Actor<Question>
    {
        protected override void Receive(Question message)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(message.Number);
            if (next is null) message.ReplyTo.Tell(message.Number + 1);
            else next.Tell(message);
        }
    }

    /// <summary>Listens to the actors' spans and to requests of its own; other tests' traces are told from these by their root.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly ActivitySource _requests = new("requests of " + Guid.NewGuid());
        private readonly ConcurrentQueue<Activity> _ended = [];
        private readonly SemaphoreSlim _news = new(0);
        private readonly ActivityListener _listener;
        private ActivityTraceId _trace;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == ActorTracer.SourceName || source == _requests,
                Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
                    options.Source.Name != ActorTracer.SourceName || options.Parent != default ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (span.TraceId != _trace) return;
                    _ended.Enqueue(span);
                    _news.Release();
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity Request()
        {
            Activity request = _requests.CreateActivity("request", ActivityKind.Server)!;
            request.Start();
            _trace = request.TraceId;
            return request;
        }

        public async Task<Activity[]> WaitForAsync(int count)
        {
            for (int i = 0; i < count; i++) Assert.True(await _news.WaitAsync(Patience), $"only {i} of {count} spans ended");
            return [.. _ended];
        }

        public void Dispose()
        {
            _listener.Dispose();
            _requests.Dispose();
            _news.Dispose();
        }
    }
}
