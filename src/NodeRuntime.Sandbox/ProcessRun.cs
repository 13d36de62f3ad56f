using System;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Child;
using NodeRuntime.Sandbox.Linux;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox;

/// <summary>
/// One job in one process, seen from the parent. The run has a thread of its own, which starts the process, listens until its end, and
/// reports. It must be one thread: the kernel's death signal is bound to the thread that forked, and a pool's thread may
/// retire while the child still runs.
/// <para>Why a run ended is decided once, by whoever comes first: the report, a limit, a stop, a malformed word.</para>
/// </summary>
public sealed class ProcessRun
{
    /// <summary>Two starts of the runtime, and the compilation of a module of the largest size.</summary>
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);

    /// <summary>From the closing of its pipe to the end of a process that crashes or is killed.</summary>
    private static readonly TimeSpan DeathMax = TimeSpan.FromSeconds(5);

    private readonly SandboxCommand _command;
    private readonly SandboxCapabilities _capabilities;
    private readonly int _userId;
    private readonly ProcessJob _job;
    private readonly Action<ProcessEvent> _sink;
    private readonly Action _prepare;
    private readonly Action _release;
    private readonly SandboxTranscript _transcript;
    private readonly Lock _gate = new();
    private readonly Stopwatch _wallClock = new();
    private readonly StreamTally _standardOutput = new("stdout");
    private readonly StreamTally _standardError = new("stderr");
    private Process? _process;
    private ProcessVerdict? _cause;
    private string _causeDetail = string.Empty;

    internal ProcessRun(
        SandboxCommand command,
        SandboxCapabilities capabilities,
        int userId,
        ProcessJob job,
        Action<ProcessEvent> sink,
        Action prepare,
        Action release)
    {
        _command = command;
        _capabilities = capabilities;
        _userId = userId;
        _job = job;
        _sink = sink;
        _prepare = prepare;
        _release = release;
        _transcript = new SandboxTranscript(job.FuelMax, job.OutputBytesMax);
    }

    /// <summary>The process, once started; for an operator's eyes.</summary>
    public int? ProcessId { get; private set; }

    /// <summary>Kills the process. The run finishes as Stopped, unless it had already ended otherwise. May be called at any time.</summary>
    public void Stop() => End(ProcessVerdict.Stopped, "stopped by its owner");

    /// <summary>Instead of <see cref="Start"/>: finishes where nothing was started.</summary>
    internal ProcessRun Refuse(ProcessVerdict verdict, string detail)
    {
        End(verdict, detail);
        _sink(new ProcessEvent.Finished(Report([])));
        return this;
    }

    internal void Start() => new Thread(Live) { IsBackground = true, Name = "sandbox" }.Start();

    private void Live()
    {
        ImmutableArray<ProcessOutput> outputs = [];
        try
        {
            outputs = Converse();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Win32Exception or LaunchException)
        {
            // The host's disk or process table, not the guest: what it ran is void.
            End(ProcessVerdict.LaunchFailed, exception.Message);
        }

        ProcessReport report = Report(outputs);
        _release();
        _sink(new ProcessEvent.Finished(report));
    }

    private ImmutableArray<ProcessOutput> Converse()
    {
        _prepare();
        File.WriteAllBytes(_job.Folder.RequestPath, Request().Encode());
        if (Privileges.IsRoot) _job.Folder.ShareWith(_userId);
        using Process process = Launch();
        using Timer alarm = new(_ => End(ProcessVerdict.WallClockExceeded, "the wall clock's limit is reached"));
        alarm.Change(StartMax, Timeout.InfiniteTimeSpan);
        using ProcessOutputWriter outputs = new(_job.Folder);
        Task<string> lastWords = LastWords.ReadAsync(process.StandardError.BaseStream);
        try
        {
            Listen(process.StandardOutput.BaseStream, outputs, alarm);
            // It closed its pipe without a report: given a moment to die, it says of what.
            if (!IsDecided) process.WaitForExit(DeathMax);
        }
        finally
        {
            // Whatever it said, and also where the host's disk failed under it: it does not outlive its conversation.
            Kill();
            process.WaitForExit();
            _wallClock.Stop();
            lock (_gate) _process = null;
        }

        if (_transcript.Report is null) End(ProcessVerdict.ChildDied, Died(process.ExitCode, lastWords.GetAwaiter().GetResult()));
        return outputs.Complete();
    }

    private SandboxRequest Request()
    {
        // Several threads may work for one guest; the wall clock is the limit, this is its ceiling.
        long seconds = (_job.WallClockMax.Microseconds / 1_000_000) + (long)StartMax.TotalSeconds;
        return new SandboxRequest(
            Environment.ProcessId,
            _userId,
            _capabilities.LandlockAbi,
            _capabilities.Seccomp.Offered,
            _job.Arguments,
            _job.Variables,
            _job.Folder.Inputs(),
            File.Exists(_job.Folder.StandardInputPath),
            _job.FuelMax,
            _job.MemoryPagesMax,
            _job.CallDepthMax,
            _job.OutputBytesMax,
            4 * (ulong)seconds,
            _job.Seed,
            _job.StartTime);
    }

    private Process Launch()
    {
        ProcessStartInfo start = new(_command.Executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (string argument in _command.Arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(SandboxCommand.LaunchVerb);
        start.ArgumentList.Add(_job.Folder.Path);
        start.Environment.Clear();
        foreach ((string name, string value) in SandboxEnvironment.OfLauncher) start.Environment[name] = value;
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root) start.Environment["DOTNET_ROOT"] = root;
        Process process = Process.Start(start) ?? throw new LaunchException("no process was started");
        process.StandardInput.Close();
        lock (_gate)
        {
            _process = process;
            ProcessId = process.Id;
            // Stopped before there was anything to kill.
            if (_cause is not null) process.Kill();
        }

        return process;
    }

    private void Listen(Stream pipe, ProcessOutputWriter outputs, Timer alarm)
    {
        while (true)
        {
            SandboxFrame frame = SandboxFrames.Read(pipe);
            if (frame.Verdict == SandboxFrameVerdict.End) return;
            if (frame.Message is not { } message)
            {
                // A process that is killed while it speaks leaves half a word: the killer's cause stands, being first.
                End(ProcessVerdict.ReportMalformed, "not a message");
                return;
            }

            TranscriptVerdict verdict = _transcript.Accept(message);
            if (verdict != TranscriptVerdict.Accepted)
            {
                // Too much output as well: an honest engine counts, and stops before its parent must.
                End(ProcessVerdict.ReportMalformed, "message refused: " + verdict);
                return;
            }

            Heed(message, outputs, alarm);
            // Its last word, or ours: what might follow is not heard, and the process is killed if it has not left yet.
            if (IsDecided) return;
        }
    }

    private void Heed(SandboxMessage message, ProcessOutputWriter outputs, Timer alarm)
    {
        switch (message)
        {
            case SandboxMessage.Ready:
                alarm.Change(TimeSpan.FromMicroseconds(_job.WallClockMax.Microseconds), Timeout.InfiniteTimeSpan);
                _wallClock.Start();
                _sink(new ProcessEvent.Ready());
                break;
            case SandboxMessage.Log log:
                (log.Stream == 1 ? _standardOutput : _standardError).Append(log.Bytes.Span);
                _sink(new ProcessEvent.Log(log.Stream, log.Bytes));
                break;
            case SandboxMessage.File file:
                outputs.Begin(file.Name);
                break;
            case SandboxMessage.Chunk chunk:
                outputs.Write(chunk.Bytes.Span);
                break;
            case SandboxMessage.Report report:
                End(report.Verdict, LastWords.Printable(report.Detail));
                break;
        }
    }

    private bool IsDecided
    {
        get
        {
            lock (_gate) return _cause is not null;
        }
    }

    /// <summary>Decides the cause, if none is decided yet. Everything but a report kills.</summary>
    private void End(ProcessVerdict cause, string detail)
    {
        lock (_gate)
        {
            if (_cause is not null) return;
            _cause = cause;
            _causeDetail = detail;
        }

        Kill();
    }

    private void Kill()
    {
        lock (_gate)
        {
            // A process that has exited on its own is left alone: Kill knows.
            _process?.Kill();
        }
    }

    private static string Died(int exitCode, string lastWords)
    {
        const int signalled = 128;
        const int signalSystemCall = 31;
        string how = exitCode switch
        {
            signalled + signalSystemCall => "killed by its system call filter",
            // An exit code of its own above 128 looks the same: a host that cannot start the runtime ends with 137.
            > signalled => "ended with " + exitCode + ", as by signal " + (exitCode - signalled),
            _ => "exited with " + exitCode,
        };
        return lastWords.Length == 0 ? how : how + "; last words: " + lastWords;
    }

    private ProcessReport Report(ImmutableArray<ProcessOutput> outputs)
    {
        Invariant.Holds(_cause is not null);
        ProcessVerdict verdict = _cause.Value;
        SandboxMessage.Report? said = _transcript.Report?.Verdict == verdict ? _transcript.Report : null;
        bool succeeded = verdict == ProcessVerdict.Succeeded;
        if (!succeeded && ProcessId is not null) _job.Folder.ClearOutputs();
        return new ProcessReport(
            verdict,
            succeeded && said is not null ? said.ExitCode : 0,
            LastWords.Printable(said?.Trap ?? string.Empty),
            _causeDetail,
            said?.FuelUsed ?? 0,
            _standardOutput.Total(),
            _standardError.Total(),
            succeeded ? outputs : [],
            _transcript.OutputBytes,
            new Duration(_wallClock.ElapsedTicks * 1_000_000 / Stopwatch.Frequency));
    }
}
