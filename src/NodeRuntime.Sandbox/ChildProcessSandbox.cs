using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Linux;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox;

/// <summary>
/// The port: leases in, reports out. A lease's blobs are laid into a folder that the process may read, and what the run leaves becomes
/// blobs again. All of a run's work, the copying too, is done on the run's own thread.
/// </summary>
public sealed class ChildProcessSandbox(SandboxProcesses processes, IBlobs blobs, string root) : ISandbox
{
    private const int CopyBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<LeaseId, ProcessRun?> _runs = [];

    public SandboxReadiness Readiness => processes.Capabilities.Strangers is StrangerVerdict.Accepted
        ? new SandboxReadiness(true, string.Empty)
        : new SandboxReadiness(false, processes.Capabilities.Strangers.ToString());

    public void Start(SandboxTask task, Action<SandboxEvent> sink)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(sink);
        lock (_gate)
        {
            // The machine above starts a lease once; a second start would be a second writer of its outputs.
            Invariant.Holds(_runs.TryAdd(task.Lease, null));
        }

        LeaseRun lease = new(task, blobs, sink, () => Forget(task.Lease));
        SandboxFolder folder = SandboxFolder.At(root, task.Lease.ToString());
        ProcessRun run = processes.Start(JobOf(task, folder), lease.Hear, () => lease.LayOut(folder));
        lock (_gate)
        {
            // It may be over already.
            if (_runs.ContainsKey(task.Lease)) _runs[task.Lease] = run;
        }
    }

    public void Stop(LeaseId lease)
    {
        ProcessRun? run;
        lock (_gate) _runs.TryGetValue(lease, out run);
        run?.Stop();
    }

    private void Forget(LeaseId lease)
    {
        lock (_gate) _runs.Remove(lease);
    }

    // Numbers beyond an int are beyond every limit: the job's rules refuse them as -1.
    private static ProcessJob JobOf(SandboxTask task, SandboxFolder folder) => new()
    {
        Folder = folder,
        Arguments = task.Arguments,
        Variables = VariablesOf(task.Environment),
        FuelMax = task.FuelMax,
        MemoryPagesMax = task.MemoryPagesMax <= int.MaxValue ? (int)task.MemoryPagesMax : -1,
        CallDepthMax = task.CallDepthMax <= int.MaxValue ? (int)task.CallDepthMax : -1,
        OutputBytesMax = task.OutputBytesMax <= long.MaxValue ? (long)task.OutputBytesMax : -1,
        WallClockMax = task.WallClockMax,
        Seed = task.Seed,
        StartTime = task.StartTime,
    };

    // KEY=value. What has no "=" is a name without one, which the job's rules accept as an empty value.
    private static ImmutableArray<GuestVariable> VariablesOf(ImmutableArray<string> environment)
    {
        ImmutableArray<GuestVariable>.Builder variables = ImmutableArray.CreateBuilder<GuestVariable>(environment.Length);
        foreach (string variable in environment)
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            variables.Add(equals < 0
                ? new GuestVariable(variable, string.Empty)
                : new GuestVariable(variable[..equals], variable[(equals + 1)..]));
        }

        return variables.MoveToImmutable();
    }

    /// <summary>One lease between its blobs and its process.</summary>
    private sealed class LeaseRun(SandboxTask task, IBlobs blobs, Action<SandboxEvent> sink, Action forget)
    {
        private SandboxFolder? _folder;
        private ulong _outputBytes;
        private ulong _errorBytes;
        private BlobVerdict _stored = BlobVerdict.Accepted;

        public void LayOut(SandboxFolder folder)
        {
            _folder = folder;
            folder.Create();
            if (Copy(BlobArea.Module, string.Empty, folder.ModulePath) == 0) throw new LaunchException("the program is not on this host");
            foreach (string name in task.Inputs)
            {
                string path = folder.InputPath(name) ?? throw new LaunchException("an input has a name that no file may have");
                Copy(BlobArea.Input, name, path);
            }

            if (task.HasStandardInput) Copy(BlobArea.StandardInput, string.Empty, folder.StandardInputPath);
        }

        public void Hear(ProcessEvent happened)
        {
            switch (happened)
            {
                case ProcessEvent.Ready:
                    sink(new SandboxEvent.Ready(task.Lease));
                    break;
                case ProcessEvent.Log { Stream: 1 } log:
                    Store(BlobArea.StandardOutput, string.Empty, ref _outputBytes, log.Bytes.Span);
                    sink(new SandboxEvent.Log(task.Lease, false, log.Bytes));
                    break;
                case ProcessEvent.Log log:
                    Store(BlobArea.StandardError, string.Empty, ref _errorBytes, log.Bytes.Span);
                    sink(new SandboxEvent.Log(task.Lease, true, log.Bytes));
                    break;
                case ProcessEvent.Finished finished:
                    SandboxReport report = Finish(finished.Report);
                    forget();
                    sink(new SandboxEvent.Finished(task.Lease, report));
                    break;
            }
        }

        private SandboxReport Finish(ProcessReport report)
        {
            string detail = report.Trap.Length == 0 ? report.Detail : report.Trap + ": " + report.Detail;
            SandboxVerdict verdict = VerdictOf(report.Verdict);
            try
            {
                if (_outputBytes > 0) Seal(BlobArea.StandardOutput, report.StandardOutput, string.Empty);
                if (_errorBytes > 0) Seal(BlobArea.StandardError, report.StandardError, string.Empty);
                foreach (ProcessOutput output in report.Outputs) Keep(output);
                _folder?.Delete();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                (verdict, detail) = (SandboxVerdict.LaunchFailed, exception.Message);
            }

            if (_stored != BlobVerdict.Accepted)
            {
                (verdict, detail) = (SandboxVerdict.LaunchFailed, "the store refused an output: " + _stored);
            }

            ImmutableArray<SandboxFile>.Builder outputs = ImmutableArray.CreateBuilder<SandboxFile>();
            if (verdict == SandboxVerdict.Exited)
            {
                foreach (ProcessOutput output in report.Outputs) outputs.Add(FileOf(output));
            }

            return new SandboxReport
            {
                Verdict = verdict,
                ExitCode = report.ExitCode,
                FuelUsed = report.FuelUsed,
                FuelSchedule = FuelSchedule.Version,
                Detail = detail,
                StandardOutput = FileOf(report.StandardOutput),
                StandardError = FileOf(report.StandardError),
                Outputs = outputs.ToImmutable(),
            };
        }

        private long Copy(BlobArea area, string name, string path)
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write);
            while (true)
            {
                ReadOnlyMemory<byte> piece = blobs.Read(task.Lease, area, name, (ulong)file.Position, CopyBytes);
                if (piece.IsEmpty) return file.Position;
                file.Write(piece.Span);
            }
        }

        private void Keep(ProcessOutput output)
        {
            Invariant.Holds(_folder is not null);
            string? path = _folder.OutputPath(output.Name);
            Invariant.Holds(path is not null);
            using FileStream file = new(path, FileMode.Open, FileAccess.Read);
            byte[] buffer = new byte[CopyBytes];
            ulong offset = 0;
            // An empty file is a file as well.
            if (output.Length == 0) Store(BlobArea.Output, output.Name, ref offset, []);
            for (int count = file.Read(buffer); count > 0; count = file.Read(buffer))
            {
                Store(BlobArea.Output, output.Name, ref offset, buffer.AsSpan(0, count));
            }

            Seal(BlobArea.Output, output, output.Name);
        }

        private void Store(BlobArea area, string name, ref ulong offset, ReadOnlySpan<byte> bytes)
        {
            if (_stored != BlobVerdict.Accepted) return;
            _stored = blobs.Append(task.Lease, area, name, offset, bytes);
            offset += (ulong)bytes.Length;
        }

        private void Seal(BlobArea area, ProcessOutput output, string name)
        {
            if (_stored == BlobVerdict.Accepted) _stored = blobs.Seal(task.Lease, area, name, (ulong)output.Length, output.Hash);
        }

        private static SandboxFile FileOf(ProcessOutput output) => new(output.Name, output.Hash, (ulong)output.Length);

        // A verdict that another host must find as well, or one that says nothing about the program.
        private static SandboxVerdict VerdictOf(ProcessVerdict verdict) => verdict switch
        {
            ProcessVerdict.Succeeded => SandboxVerdict.Exited,
            ProcessVerdict.ModuleMalformed or ProcessVerdict.ModuleRefused or ProcessVerdict.JobRefused or ProcessVerdict.LinkFailed =>
                SandboxVerdict.ModuleRefused,
            ProcessVerdict.Trapped => SandboxVerdict.Trapped,
            ProcessVerdict.OutOfFuel => SandboxVerdict.OutOfFuel,
            ProcessVerdict.MemoryExceeded => SandboxVerdict.MemoryExceeded,
            ProcessVerdict.OutputExceeded => SandboxVerdict.OutputExceeded,
            ProcessVerdict.ProcessMemoryExceeded => SandboxVerdict.ChildDied,
            ProcessVerdict.WallClockExceeded => SandboxVerdict.WallClockExceeded,
            ProcessVerdict.Stopped => SandboxVerdict.Stopped,
            ProcessVerdict.ChildDied => SandboxVerdict.ChildDied,
            ProcessVerdict.ReportMalformed => SandboxVerdict.ReportMalformed,
            ProcessVerdict.LaunchFailed or ProcessVerdict.Unsupported or ProcessVerdict.Busy => SandboxVerdict.LaunchFailed,
        };
    }
}
