using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;

namespace NodeRuntime.Host.Dispatch;

/// <summary>Questions to actors from code that awaits: request handlers, commands, tests.</summary>
public static class AskExtensions
{
    /// <summary>
    /// Exactly one outcome, never a fault: the reply, the refusal or the time-out. Only the caller's own cancellation throws.
    /// <code>AskOutcome&lt;Height&gt; outcome = await ledger.AskAsync((ActorRef&lt;Height&gt; to) => new TipQuery(to), timeout);</code>
    /// </summary>
    public static Task<AskOutcome<TReply>> AskAsync<TMessage, TReply>(
        this ActorRef<TMessage> target,
        Func<ActorRef<TReply>, TMessage> makeRequest,
        TimeSpan timeout,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(makeRequest);
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<AskOutcome<TReply>>(cancellation);
        PendingAsk<TReply> pending = new();
        TellVerdict verdict = target.Tell(makeRequest(ActorRef.FromDelegate<TReply>("ask", pending.Reply)));
        if (verdict != TellVerdict.Accepted) pending.Settle(AskOutcome.Refused<TReply>(verdict));
        if (!pending.Task.IsCompleted) pending.StartDeadline(timeout, cancellation);
        return pending.Task;
    }

    /// <summary>
    /// One open question. The first of reply, refusal, time-out and cancellation settles it. Continuations run elsewhere, so
    /// that an asker's code never runs in the actor's turn.
    /// </summary>
    [SuppressMessage("Reliability", "CA1001", Justification = "Release disposes the timer when the question is settled.")]
    private sealed class PendingAsk<TReply>() :
        TaskCompletionSource<AskOutcome<TReply>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private Timer? _deadline;
        private CancellationTokenRegistration _cancellation;

        public TellVerdict Reply(TReply reply) => Settle(AskOutcome.Replied(reply)) ? TellVerdict.Accepted : TellVerdict.Closed;

        public bool Settle(AskOutcome<TReply> outcome)
        {
            bool first = TrySetResult(outcome);
            if (first) Release();
            return first;
        }

        public void StartDeadline(TimeSpan timeout, CancellationToken cancellation)
        {
            _deadline = new Timer(
                static state => ((PendingAsk<TReply>)state!).Settle(AskOutcome.Without<TReply>(AskVerdict.TimedOut)),
                this,
                timeout,
                Timeout.InfiniteTimeSpan);
            if (cancellation.CanBeCanceled)
            {
                _cancellation = cancellation.UnsafeRegister(
                    static (state, token) => ((PendingAsk<TReply>)state!).Cancel(token), this);
            }

            // The reply may have come between the two lines above and have found nothing to release.
            if (Task.IsCompleted) Release();
        }

        private void Cancel(CancellationToken token)
        {
            if (TrySetCanceled(token)) Release();
        }

        private void Release()
        {
            _deadline?.Dispose();
            _cancellation.Unregister();
        }
    }
}
