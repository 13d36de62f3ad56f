using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>
/// The parent's ear: it knows what an honest sandbox may say next, counts what it says, and believes nothing else. Pure; the
/// process, the files and the clock are <see cref="ProcessRun"/>'s.
/// </summary>
internal sealed class SandboxTranscript(ulong fuelMax, long outputBytesMax)
{
    private long _outputBytes;
    private long _fileBytesLeft;
    private int _files;
    private string _lastFile = string.Empty;

    public bool IsReady { get; private set; }

    /// <summary>The last word, once it is said.</summary>
    public SandboxMessage.Report? Report { get; private set; }

    /// <summary>Files and streams together, announced files with their whole length.</summary>
    public long OutputBytes => _outputBytes;

    public TranscriptVerdict Accept(SandboxMessage message)
    {
        if (Report is not null) return TranscriptVerdict.AfterReport;
        return message switch
        {
            SandboxMessage.Ready => AcceptReady(),
            SandboxMessage.Log log => AcceptLog(log),
            SandboxMessage.File file => AcceptFile(file),
            SandboxMessage.Chunk chunk => AcceptChunk(chunk),
            SandboxMessage.Report report => AcceptReport(report),
            _ => Invariant.Unreachable<TranscriptVerdict>("a sixth message"),
        };
    }

    private TranscriptVerdict AcceptReady()
    {
        if (IsReady) return TranscriptVerdict.ReadyTwice;
        IsReady = true;
        return TranscriptVerdict.Accepted;
    }

    private TranscriptVerdict AcceptLog(SandboxMessage.Log log)
    {
        if (!IsReady) return TranscriptVerdict.BeforeReady;
        if (_fileBytesLeft > 0) return TranscriptVerdict.FileIncomplete;
        if (_files > 0) return TranscriptVerdict.LogAfterFile;
        return Count(log.Bytes.Length);
    }

    private TranscriptVerdict AcceptFile(SandboxMessage.File file)
    {
        if (!IsReady) return TranscriptVerdict.BeforeReady;
        if (_fileBytesLeft > 0) return TranscriptVerdict.FileIncomplete;
        if (!JobFileName.IsValid(file.Name)) return TranscriptVerdict.FileNameRefused;
        if (_files == Limits.JobOutputsMax) return TranscriptVerdict.FilesTooMany;
        if (string.CompareOrdinal(_lastFile, file.Name) >= 0) return TranscriptVerdict.FileOutOfOrder;
        if (file.Length < 0) return TranscriptVerdict.LengthNegative;
        TranscriptVerdict counted = Count(file.Length);
        if (counted != TranscriptVerdict.Accepted) return counted;
        _files++;
        _lastFile = file.Name;
        _fileBytesLeft = file.Length;
        return TranscriptVerdict.Accepted;
    }

    private TranscriptVerdict AcceptChunk(SandboxMessage.Chunk chunk)
    {
        if (!IsReady) return TranscriptVerdict.BeforeReady;
        if (chunk.Bytes.Length == 0 || chunk.Bytes.Length > _fileBytesLeft) return TranscriptVerdict.ChunkUnannounced;
        _fileBytesLeft -= chunk.Bytes.Length;
        return TranscriptVerdict.Accepted;
    }

    private TranscriptVerdict AcceptReport(SandboxMessage.Report report)
    {
        if (_fileBytesLeft > 0) return TranscriptVerdict.FileIncomplete;
        if (!MayReport(report.Verdict)) return TranscriptVerdict.ReportOutOfPlace;
        if (report.FuelUsed > fuelMax) return TranscriptVerdict.ReportImplausible;
        if (report.Verdict != ProcessVerdict.Succeeded && (report.ExitCode != 0 || _files > 0)) return TranscriptVerdict.ReportImplausible;
        Report = report;
        return TranscriptVerdict.Accepted;
    }

    // A launch and a module fail before the guest runs; a guest fails after. The rest is the parent's to say.
    private bool MayReport(ProcessVerdict verdict) => verdict switch
    {
        ProcessVerdict.ModuleMalformed or ProcessVerdict.ModuleRefused => !IsReady,
        ProcessVerdict.Succeeded or ProcessVerdict.JobRefused or ProcessVerdict.LinkFailed or ProcessVerdict.Trapped
            or ProcessVerdict.OutOfFuel or ProcessVerdict.MemoryExceeded or ProcessVerdict.OutputExceeded => IsReady,
        // The host's own means may run out while the module is compiled as well as while it runs.
        ProcessVerdict.ProcessMemoryExceeded or ProcessVerdict.LaunchFailed => true,
        ProcessVerdict.WallClockExceeded or ProcessVerdict.Stopped or ProcessVerdict.ChildDied or ProcessVerdict.ReportMalformed
            or ProcessVerdict.Unsupported or ProcessVerdict.Busy => false,
    };

    private TranscriptVerdict Count(long bytes)
    {
        if (bytes > outputBytesMax - _outputBytes) return TranscriptVerdict.OutputExceeded;
        _outputBytes += bytes;
        return TranscriptVerdict.Accepted;
    }
}
