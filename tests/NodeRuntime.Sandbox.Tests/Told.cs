using System.Buffers;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>What a run told, in order.</summary>
internal sealed class Told
{
    private readonly Lock _gate = new();
    private readonly List<SandboxEvent> _events = [];
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly TaskCompletionSource _ready = new();
    private readonly TaskCompletionSource _finished = new();
    private SandboxReport? _report;

    public SandboxReport Report => _report ?? throw new Xunit.Sdk.XunitException("the run has not finished");

    public string Output => Encoding.UTF8.GetString(_output.WrittenSpan);

    public string Error => Encoding.UTF8.GetString(_error.WrittenSpan);

    public IReadOnlyList<SandboxEvent> Events => _events;

    public void Hear(SandboxEvent happened)
    {
        lock (_gate)
        {
            _events.Add(happened);
            switch (happened)
            {
                case SandboxEvent.Ready:
                    _ready.SetResult();
                    break;
                case SandboxEvent.Log log:
                    (log.Stream == 1 ? _output : _error).Write(log.Bytes.Span);
                    break;
                case SandboxEvent.Finished finished:
                    _report = finished.Report;
                    _finished.SetResult();
                    break;
            }
        }
    }

    public void WaitUntilReady() => Assert.True(_ready.Task.Wait(Workshop.Patience), "never became ready");

    public void Wait() => Assert.True(_finished.Task.Wait(Workshop.Patience), "never finished");
}
