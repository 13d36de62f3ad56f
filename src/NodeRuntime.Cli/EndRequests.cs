using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Cli;

/// <summary>
/// Ctrl-C and SIGTERM, counted: the first asks the verb to end in its order, the second says that its patience with others is
/// not wanted, and ends the process a few seconds later whatever still runs in it.
/// </summary>
internal sealed class EndRequests : IDisposable
{
    private static readonly TimeSpan HasteMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _haste = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _count;

    /// <param name="other">Whatever else may ask the verb to end.</param>
    public EndRequests(CancellationToken other)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(other);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
    }

    public CancellationToken End => _end.Token;

    /// <summary>Asked twice.</summary>
    public CancellationToken Haste => _haste.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _end.Dispose();
        _haste.Dispose();
    }

    private void Hear(PosixSignalContext context)
    {
        context.Cancel = true;
        int count = Interlocked.Increment(ref _count);
        if (count == 1) _end.Cancel();
        if (count != 2) return;
        _ = ExitAsync();
        _haste.Cancel();
    }

    private static async Task ExitAsync()
    {
        await Task.Delay(HasteMax);
        Environment.Exit((int)ExitCode.Interrupted);
    }
}
