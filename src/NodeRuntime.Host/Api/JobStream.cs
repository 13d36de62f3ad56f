using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Channels;
using NodeRuntime.Actors;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Api;

/// <summary>
/// A job as its owner follows it: <c>job</c> events with what the ledger says, and, where the job runs on this peer, <c>print</c> events
/// with what it prints, from the tail that is kept on. Ends with the order.
/// </summary>
internal sealed class JobStream
{
    public const string JobEvent = "job";
    public const string PrintEvent = "print";

    private readonly OrderId _order;
    private readonly PrintText _output = new("stdout");
    private readonly PrintText _error = new("stderr");
    private JobAnswer? _last;

    private JobStream(OrderId order) => _order = order;

    // A slow reader misses the oldest events, never the end: tips come as long as the chain goes on, and each says how the order stands.
    public static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        PeerNode node, OrderId order, [EnumeratorCancellation] CancellationToken stop)
    {
        JobStream stream = new(order);
        Channel<object> happened = Channel.CreateBounded<object>(
            new BoundedChannelOptions(Limits.JobStreamEventsMax) { FullMode = BoundedChannelFullMode.DropOldest });
        // One actor publishes what comes and answers for the tail, in turn: before its answer, a piece is in the tail.
        bool isBehindTail = false;
        Subscription tips = node.System.EventStream.Subscribe(
            ActorRef.FromDelegate<LedgerTip>("job-events", tip => { happened.Writer.TryWrite(tip); }));
        Subscription prints = node.System.EventStream.Subscribe(ActorRef.FromDelegate<JobPrint>("job-prints", print =>
        {
            if (print.Order == order && Volatile.Read(ref isBehindTail)) happened.Writer.TryWrite(print);
        }));
        try
        {
            if (node.Tip is { } now) happened.Writer.TryWrite(now);
            TellVerdict asked = node.AskPrints(order, ActorRef.FromDelegate<ImmutableArray<JobPrint>>("job-tail", tail =>
            {
                foreach (JobPrint print in tail) happened.Writer.TryWrite(print);
                EndOfTail();
            }));
            if (asked != TellVerdict.Accepted) EndOfTail();
            bool isOver = false;
            await foreach (object item in happened.Reader.ReadAllAsync(stop))
            {
                if ((item is JobPrint print ? stream.Tell(print) : stream.Tell((LedgerTip)item)) is { } told) yield return told;
                isOver = isOver || (item is LedgerTip tip && stream.IsOver(tip));
                // Who comes when all is over still hears the tail.
                if (isOver && Volatile.Read(ref isBehindTail) && happened.Reader.Count == 0) yield break;
            }
        }
        finally
        {
            tips.Cancel();
            prints.Cancel();
        }

        // The tip once more: whoever waits for the end of an order that is over looks up when the tail has been read.
        void EndOfTail()
        {
            Volatile.Write(ref isBehindTail, true);
            if (node.Tip is { } tip) happened.Writer.TryWrite(tip);
        }
    }

    private SseItem<string> Tell(JobPrint print) => new(
        JsonSerializer.Serialize((print.IsError ? _error : _output).Next(print), ApiJson.Default.PrintAnswer), PrintEvent);

    private SseItem<string>? Tell(LedgerTip tip)
    {
        if (tip.State.Records.Order(_order) is not { } order) return null;
        JobAnswer answer = ApiAnswers.Job(tip, _order, order);
        if (_last is not null && answer with { Height = _last.Height } == _last) return null;
        _last = answer;
        return new SseItem<string>(JsonSerializer.Serialize(answer, ApiJson.Default.JobAnswer), JobEvent);
    }

    private bool IsOver(LedgerTip tip) =>
        tip.State.Records.Order(_order) is not { State: OrderState.Open or OrderState.Leased };

    // A character may be cut by the border of two pieces; behind a gap the rest of one would be another.
    private sealed class PrintText(string name)
    {
        private Decoder _decoder = Encoding.UTF8.GetDecoder();
        private ulong _next;

        public PrintAnswer Next(JobPrint print)
        {
            if (print.Offset != _next) _decoder = Encoding.UTF8.GetDecoder();
            _next = print.Offset + (ulong)print.Bytes.Length;
            char[] text = new char[Encoding.UTF8.GetMaxCharCount(print.Bytes.Length)];
            return new PrintAnswer(name, print.Offset, new string(text, 0, _decoder.GetChars(print.Bytes.Span, text, flush: false)));
        }
    }
}
