using System;
using System.IO;
using System.Threading.Tasks;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Host.Dispatch;
using NodeRuntime.Primitives;

namespace NodeRuntime.Host.Tests.Dispatch;

/// <summary>Tasks that are completed by hand, so that virtual time serves here too.</summary>
public sealed class PipeToExtensionsTests
{
    private readonly TestKit _kit = new();
    private readonly TestProbe<string> _heard;

    public PipeToExtensionsTests() => _heard = _kit.CreateProbe<string>();

    private sealed class Piper(Task<int> work, Task quietWork, ActorRef<string> diary) : Actor<string>
    {
        protected override void Receive(string message)
        {
            if (message == "go") work.PipeTo(Context, result => "got " + result, failure => failure.GetType().Name + " " + failure.Message);
            else if (message == "go quietly") quietWork.PipeTo(Context, () => "done", failure => failure.GetType().Name);
            else diary.Tell(message);
        }
    }

    private ActorRef<string> Pipe(Task<int> work, Task? quietWork = null) =>
        _kit.Spawn(Props.Create(() => new Piper(work, quietWork ?? Task.CompletedTask, _heard.Ref)) with { MailboxLengthMax = 1 });

    [Fact]
    public void A_result_becomes_a_message()
    {
        TaskCompletionSource<int> work = new();
        Pipe(work.Task).Tell("go");
        _heard.ExpectNothingFor(Duration.FromSeconds(1));
        work.SetResult(7);
        _heard.Expect("got 7");
    }

    [Fact]
    public void A_task_that_has_ended_already_is_a_message_as_well()
    {
        ActorRef<string> actor = Pipe(Task.FromResult(8));
        actor.Tell("go");
        _heard.Expect("got 8");
        actor.Tell("go quietly");
        _heard.Expect("done");
    }

    [Fact]
    public void A_failure_becomes_a_message()
    {
        TaskCompletionSource<int> work = new();
        Pipe(work.Task).Tell("go");
        _kit.Settle();
        work.SetException(new IOException("disk full"));
        _heard.Expect("IOException disk full");
    }

    [Fact]
    public void A_cancellation_becomes_a_message()
    {
        TaskCompletionSource quiet = new();
        Pipe(Task.FromResult(0), quiet.Task).Tell("go quietly");
        _kit.Settle();
        quiet.SetCanceled();
        _heard.Expect("TaskCanceledException");
    }

    [Fact]
    public void A_full_mailbox_does_not_lose_the_result()
    {
        TaskCompletionSource<int> work = new();
        ActorRef<string> actor = Pipe(work.Task);
        actor.Tell("go");
        _kit.Settle();
        actor.Tell("first");
        Assert.Equal(TellVerdict.Shed, actor.Tell("second"));
        work.SetResult(9);
        _heard.Expect("first");
        _heard.Expect("got 9");
    }

    [Fact]
    public void The_result_of_a_stopped_actors_task_is_a_dead_letter()
    {
        TaskCompletionSource<int> work = new();
        ActorRef<string> actor = Pipe(work.Task);
        actor.Tell("go");
        _kit.Settle();
        _kit.System.Stop(actor);
        _kit.Settle();
        work.SetResult(9);
        Assert.Equal(1, _kit.System.DeadLetters);
    }
}
