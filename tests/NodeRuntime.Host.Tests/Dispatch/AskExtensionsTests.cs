using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Host.Dispatch;

namespace NodeRuntime.Host.Tests.Dispatch;

public sealed class AskExtensionsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static ActorRef<ActorRef<int>> Target(Func<ActorRef<int>, TellVerdict> tell) => ActorRef.FromDelegate("target", tell);

    private static Task<AskOutcome<int>> Ask(ActorRef<ActorRef<int>> target, TimeSpan timeout, CancellationToken cancellation = default) =>
        target.AskAsync((ActorRef<int> reply) => reply, timeout, cancellation);

    [Fact]
    public async Task The_first_reply_is_the_outcome_and_the_second_is_refused()
    {
        TellVerdict first = TellVerdict.Shed;
        TellVerdict second = TellVerdict.Shed;
        AskOutcome<int> outcome = await Ask(
            Target(reply =>
            {
                first = reply.Tell(1);
                second = reply.Tell(2);
                return TellVerdict.Accepted;
            }),
            Patience);
        Assert.Equal(new AskOutcome<int>(AskVerdict.Replied, 1), outcome);
        Assert.Equal(TellVerdict.Accepted, first);
        Assert.Equal(TellVerdict.Closed, second);
    }

    [Fact]
    public async Task Silence_ends_at_the_deadline_and_a_later_reply_is_refused()
    {
        ActorRef<int>? late = null;
        AskOutcome<int> outcome = await Ask(
            Target(reply =>
            {
                late = reply;
                return TellVerdict.Accepted;
            }),
            TimeSpan.FromMilliseconds(20)).WaitAsync(Patience);
        Assert.Equal(AskVerdict.TimedOut, outcome.Verdict);
        Assert.Equal(TellVerdict.Closed, late!.Tell(1));
    }

    [Theory]
    [InlineData(TellVerdict.Shed, AskVerdict.Shed)]
    [InlineData(TellVerdict.Closed, AskVerdict.Closed)]
    public async Task A_refusal_is_an_outcome(TellVerdict refusal, AskVerdict expected)
    {
        AskOutcome<int> outcome = await Ask(Target(_ => refusal), Patience);
        Assert.Equal(expected, outcome.Verdict);
    }

    [Fact]
    public async Task The_callers_cancellation_ends_the_wait()
    {
        using CancellationTokenSource cancel = new();
        Task<AskOutcome<int>> asked = Ask(Target(_ => TellVerdict.Accepted), Patience, cancel.Token);
        Assert.False(asked.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Ask(Target(_ => TellVerdict.Accepted), Patience, cancel.Token));
    }

    [Fact]
    public async Task A_reply_from_another_thread_in_the_midst_of_asking_is_not_lost()
    {
        for (int n = 0; n < 2_000; n++)
        {
            int number = n;
            AskOutcome<int> outcome = await Ask(
                Target(reply =>
                {
                    ThreadPool.UnsafeQueueUserWorkItem(
                        static state => state.Reply.Tell(state.Number), (Reply: reply, Number: number), preferLocal: false);
                    return TellVerdict.Accepted;
                }),
                Patience);
            Assert.Equal(new AskOutcome<int>(AskVerdict.Replied, number), outcome);
        }
    }
}
