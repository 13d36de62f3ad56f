using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Actors;

namespace NodeRuntime.Host.Dispatch;

/// <summary>The way from a task back into an actor.</summary>
public static class PipeToExtensions
{
    /// <summary>
    /// Exactly one message when the task ends, whichever way it ends. Its place in the mailbox is reserved now, so a full
    /// mailbox cannot lose it; both maps run in the actor's own turn. Call it in the actor's turn.
    /// </summary>
    public static void PipeTo<TResult, TMessage>(
        this Task<TResult> task,
        ActorContext<TMessage> context,
        Func<TResult, TMessage> onSuccess,
        Func<Exception, TMessage> onFailure)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(onSuccess);
        ArgumentNullException.ThrowIfNull(onFailure);
        ActorRef<Task<TResult>> reply = context.ReplyTo<Task<TResult>>(
            ended => ended.IsCompletedSuccessfully ? onSuccess(ended.Result) : onFailure(Cause(ended)));
        Deliver(task, reply);
    }

    /// <summary>The same for a task without a result.</summary>
    public static void PipeTo<TMessage>(
        this Task task,
        ActorContext<TMessage> context,
        Func<TMessage> onSuccess,
        Func<Exception, TMessage> onFailure)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(onSuccess);
        ArgumentNullException.ThrowIfNull(onFailure);
        ActorRef<Task> reply = context.ReplyTo<Task>(
            ended => ended.IsCompletedSuccessfully ? onSuccess() : onFailure(Cause(ended)));
        Deliver(task, reply);
    }

    /// <summary>On whichever thread ends the task, and on no captured context: telling is short and goes anywhere.</summary>
    private static void Deliver<TTask>(TTask task, ActorRef<TTask> reply)
        where TTask : Task =>
        task.ContinueWith(
            static (ended, state) => ((ActorRef<TTask>)state!).Tell((TTask)ended),
            reply,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    private static Exception Cause(Task ended) =>
        ended.Exception is { } thrown ? thrown.InnerException ?? thrown : new TaskCanceledException(ended);
}
