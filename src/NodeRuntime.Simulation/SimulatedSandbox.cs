using System;
using System.Collections.Generic;
using System.Text;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// Runs of made-up programs: ready after a moment, finished after some seconds, the result a function of module, inputs
/// and arguments alone, so that every peer gives the same.
/// </summary>
public sealed class SimulatedSandbox(VirtualTimeDispatcher time, Prng prng, SimulatedBlobs blobs) : ISandbox
{
    private readonly SortedDictionary<LeaseId, Run> _runs = [];

    public SandboxReadiness Readiness => new(true, "simulated");

    public void Start(SandboxTask task, Action<SandboxEvent> sink)
    {
        Run run = new(sink);
        _runs[task.Lease] = run;
        Instant ready = time.Now + prng.NextDuration(Duration.FromMilliseconds(50), Duration.FromMilliseconds(400));
        Instant done = ready + prng.NextDuration(Duration.FromMilliseconds(500), Duration.FromSeconds(6));
        time.ScheduleAt(ready, () =>
        {
            if (run.IsOver) return;
            sink(new SandboxEvent.Ready(task.Lease));
            blobs.Append(task.Lease, BlobArea.StandardOutput, string.Empty, 0, "started\n"u8);
            sink(new SandboxEvent.Log(task.Lease, false, Encoding.UTF8.GetBytes("started\n")));
        });
        time.ScheduleAt(done, () => Finish(task, run));
    }

    public void Stop(LeaseId lease)
    {
        if (!_runs.Remove(lease, out Run? run) || run.IsOver) return;
        run.IsOver = true;
        time.ScheduleAt(time.Now, () => run.Sink(new SandboxEvent.Finished(lease, Report(SandboxVerdict.Stopped, []))));
    }

    /// <summary>The machine went down with all its children.</summary>
    public void Crash()
    {
        foreach (Run run in _runs.Values) run.IsOver = true;
        _runs.Clear();
    }

    private void Finish(SandboxTask task, Run run)
    {
        if (run.IsOver) return;
        run.IsOver = true;
        _runs.Remove(task.Lease);
        StringBuilder text = new();
        text.Append(Hasher.Sha256(blobs.Read(task.Lease, BlobArea.Module, string.Empty, 0, int.MaxValue).Span)).Append('\n');
        foreach (string input in task.Inputs)
        {
            text.Append(Hasher.Sha256(blobs.Read(task.Lease, BlobArea.Input, input, 0, int.MaxValue).Span)).Append('\n');
        }

        foreach (string argument in task.Arguments) text.Append(argument).Append('\n');
        byte[] output = Encoding.UTF8.GetBytes(text.ToString());
        // A second run after a crash writes the same again.
        blobs.Append(task.Lease, BlobArea.Output, OutputName, 0, output);
        run.Sink(new SandboxEvent.Finished(task.Lease, Report(SandboxVerdict.Exited, output)));
    }

    private const string OutputName = "result.txt";

    private static SandboxReport Report(SandboxVerdict verdict, byte[] output) => new()
    {
        Verdict = verdict,
        ExitCode = 0,
        FuelUsed = 1000 + (ulong)output.Length,
        FuelSchedule = 1,
        Detail = string.Empty,
        StandardOutput = new SandboxFile("stdout", Hasher.Sha256("started\n"u8), 8),
        StandardError = new SandboxFile("stderr", Hasher.Sha256([]), 0),
        Outputs = output.Length == 0 ? [] : [new SandboxFile(OutputName, Hasher.Sha256(output), (ulong)output.Length)],
    };

    private sealed class Run(Action<SandboxEvent> sink)
    {
        public Action<SandboxEvent> Sink { get; } = sink;

        public bool IsOver { get; set; }
    }
}
