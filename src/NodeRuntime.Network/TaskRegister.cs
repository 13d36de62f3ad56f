using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace NodeRuntime.Network;

/// <summary>Tasks that nobody awaits until the end: none is forgotten, and none fails unheard.</summary>
internal sealed class TaskRegister(ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public void Run(string what, Func<Task> work)
    {
        Task task = Task.Run(() => ReportAsync(what, work));
        lock (_gate)
        {
            if (!task.IsCompleted) _running.Add(task);
        }

        task.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Returns when all that runs has ended.</summary>
    public async Task WaitAsync()
    {
        while (true)
        {
            Task[] running;
            lock (_gate) running = [.. _running];
            if (running.Length == 0) return;
            await Task.WhenAll(running).ConfigureAwait(false);
            foreach (Task task in running) Forget(task);
        }
    }

    private void Forget(Task task)
    {
        lock (_gate) _running.Remove(task);
    }

    private async Task ReportAsync(string what, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whatever a peer may do has been answered below: this is a defect of ours, and it ends only this task.
            logger.LogCritical(exception, "The network failed while {What}", what);
        }
    }
}
