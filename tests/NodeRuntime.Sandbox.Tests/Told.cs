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
    private readonly List<ProcessEvent> _events = [];
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private readonly TaskCompletionSource _ready = new();
    private readonly TaskCompletionSource _finished = new();
    private ProcessReport? _report;

    public ProcessReport Report => _report ?? throw new Xunit.Sdk.XunitException("the run has not finished");

    public string Output => Encoding.UTF8.GetString(_output.WrittenSpan);

    public string Error => Encoding.UTF8.GetString(_error.WrittenSpan);

    public IReadOnlyList<ProcessEvent> Events => _events;

    public void Hear(ProcessEvent happened)
    {
        lock (_gate)
        {
            _events.Add(happened);
            switch (happened)
            {
                case ProcessEvent.Ready:
                    _ready.SetResult();
                    break;
                case ProcessEvent.Log log:
                    (log.Stream == 1 ? _output : _error).Write(log.Bytes.Span);
                    break;
                case ProcessEvent.Finished finished:
                    _report = finished.Report;
                    _finished.SetResult();
                    break;
            }
        }
    }

    public void WaitUntilReady() => Assert.True(_ready.Task.Wait(Workshop.Patience), "never became ready");

    public void Wait() => Assert.True(_finished.Task.Wait(Workshop.Patience), "never finished");
}
