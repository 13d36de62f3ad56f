using System;
using System.Threading.Tasks;
using NodeRuntime.Actors;

namespace NodeRuntime.Host.Dispatch;

public static class TerminateExtensions
{
    /// <summary>Stops all actors, children first, and completes when the last one has stopped.</summary>
    public static Task TerminateAsync(this ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(system);
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Subscribe(ActorRef.FromDelegate<SystemTerminated>("terminated", _ => done.TrySetResult()));
        system.Terminate();
        if (system.IsTerminated) done.TrySetResult();
        return done.Task;
    }
}
