using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace NodeRuntime.Cli.Devnet;

/// <summary>
/// How often somebody has asked this process to end, by Ctrl-C or SIGTERM. The first time is heard by the verb as a
/// cancellation; the second says that its patience with its children is not wanted.
/// </summary>
internal sealed class EndRequests : IDisposable
{
    private readonly CancellationTokenSource _haste = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _count;

    public EndRequests()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Hear);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hear);
    }

    public bool WasAsked => Volatile.Read(ref _count) > 0;

    /// <summary>Asked twice.</summary>
    public CancellationToken Haste => _haste.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _haste.Dispose();
    }

    private void Hear(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) == 2) _haste.Cancel();
    }
}
