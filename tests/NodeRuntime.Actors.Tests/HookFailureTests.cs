using System;
using System.Linq;
using NodeRuntime.Actors.Testing;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors.Tests;

/// <summary>Hooks that throw on the way out: nothing is left to decide, but it is not forgotten either.</summary>
public sealed class HookFailureTests
{
    private readonly TestKit _kit = new(
        supervision: SupervisorStrategy.Default with { BackoffMin = Duration.Zero, BackoffMax = Duration.Zero });

    [Fact]
    public void A_hook_before_the_restart_that_throws_does_not_stop_the_restart()
    {
        TestProbe<ActorRestarted> restarts = _kit.Subscribe<ActorRestarted>();
        ActorRef<string> actor = _kit.Spawn(Props.Create(static () => new Stubborn()), "stubborn");

        actor.Tell("throw");

        Assert.Equal("while receiving", restarts.Receive().Cause.Message);
        ActorStatus status = StatusOf("/stubborn");
        Assert.Equal(ActorState.Running, status.State);
        Assert.Equal(2, status.Failures);
        Assert.Equal("InvalidOperationException: while restarting", status.LastFailure);
    }

    [Fact]
    public void A_hook_after_the_last_message_that_throws_does_not_keep_the_actor()
    {
        ActorRef<string> actor = _kit.Spawn(Props.Create(static () => new Stubborn()), "stubborn");

        _kit.System.Stop(actor);
        _kit.Settle();

        Assert.Equal(TellVerdict.Closed, actor.Tell("anybody?"));
        Assert.Equal(1, _kit.System.Status().Failures);
        Assert.DoesNotContain(_kit.System.Status().Actors, static it => it.Path.ToString() == "/stubborn");
    }

    private ActorStatus StatusOf(string path) => _kit.System.Status().Actors.Single(it => it.Path.ToString() == path);

    private sealed class Stubborn : Actor<string>
    {
        protected override void Receive(string message) => throw new InvalidOperationException("while receiving");

        protected override void PreRestart(Exception cause) => throw new InvalidOperationException("while restarting");

        protected override void PostStop() => throw new InvalidOperationException("while stopping");
    }
}
