using System;
using NodeRuntime.Primitives;
using NodeRuntime.Sandbox.Protocol;

namespace NodeRuntime.Sandbox.Tests.Protocol;

/// <summary>Conversations as lines of text: R ready, L n log, F name n file, C n chunk, and a verdict's name as the report.</summary>
public sealed class SandboxTranscriptTests
{
    [Theory]
    [InlineData("R; Succeeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; L 10; L 20; F a 5; C 2; C 3; F b 0; Succeeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("ModuleMalformed", nameof(TranscriptVerdict.Accepted))]
    [InlineData("ModuleRefused", nameof(TranscriptVerdict.Accepted))]
    [InlineData("LaunchFailed", nameof(TranscriptVerdict.Accepted))]
    [InlineData("ProcessMemoryExceeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; ProcessMemoryExceeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("MemoryExceeded", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; MemoryExceeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; L 5; Trapped", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; L 100", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; L 101", nameof(TranscriptVerdict.OutputExceeded))]
    [InlineData("R; L 60; F a 40; C 40; Succeeded", nameof(TranscriptVerdict.Accepted))]
    [InlineData("R; L 60; F a 41", nameof(TranscriptVerdict.OutputExceeded))]
    [InlineData("R; F a 9223372036854775807", nameof(TranscriptVerdict.OutputExceeded))]
    [InlineData("R; F a -1", nameof(TranscriptVerdict.LengthNegative))]
    [InlineData("L 1", nameof(TranscriptVerdict.BeforeReady))]
    [InlineData("F a 1", nameof(TranscriptVerdict.BeforeReady))]
    [InlineData("C 1", nameof(TranscriptVerdict.BeforeReady))]
    [InlineData("R; R", nameof(TranscriptVerdict.ReadyTwice))]
    [InlineData("R; C 1", nameof(TranscriptVerdict.ChunkUnannounced))]
    [InlineData("R; F a 1; C 2", nameof(TranscriptVerdict.ChunkUnannounced))]
    [InlineData("R; F a 1; C 1; C 1", nameof(TranscriptVerdict.ChunkUnannounced))]
    [InlineData("R; F a 1; C 0", nameof(TranscriptVerdict.ChunkUnannounced))]
    [InlineData("R; F a 2; C 1; F b 1", nameof(TranscriptVerdict.FileIncomplete))]
    [InlineData("R; F a 2; C 1; L 1", nameof(TranscriptVerdict.FileIncomplete))]
    [InlineData("R; F a 2; C 1; Succeeded", nameof(TranscriptVerdict.FileIncomplete))]
    [InlineData("R; F a 0; L 1", nameof(TranscriptVerdict.LogAfterFile))]
    [InlineData("R; F b 0; F a 0", nameof(TranscriptVerdict.FileOutOfOrder))]
    [InlineData("R; F a 0; F a 0", nameof(TranscriptVerdict.FileOutOfOrder))]
    [InlineData("R; F ../a 0", nameof(TranscriptVerdict.FileNameRefused))]
    [InlineData("R; F /a 0", nameof(TranscriptVerdict.FileNameRefused))]
    [InlineData("R; Succeeded; L 1", nameof(TranscriptVerdict.AfterReport))]
    [InlineData("R; Succeeded; Succeeded", nameof(TranscriptVerdict.AfterReport))]
    [InlineData("Succeeded", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("Trapped", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; ModuleMalformed", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; Stopped", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; WallClockExceeded", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; ChildDied", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; Unsupported", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; Busy", nameof(TranscriptVerdict.ReportOutOfPlace))]
    [InlineData("R; F a 0; Trapped", nameof(TranscriptVerdict.ReportImplausible))]
    public void Last_line_is_judged(string conversation, string verdict)
    {
        SandboxTranscript transcript = new(fuelMax: 1000, outputBytesMax: 100);
        TranscriptVerdict last = TranscriptVerdict.Accepted;
        foreach (string line in conversation.Split("; "))
        {
            Assert.Equal(TranscriptVerdict.Accepted, last);
            last = transcript.Accept(Message(line.Split(' ')));
        }

        Assert.Equal(verdict, last.ToString());
    }

    [Fact]
    public void Fuel_beyond_the_limit_and_an_exit_code_without_an_exit_are_not_believed()
    {
        Assert.Equal(TranscriptVerdict.Accepted, AfterReady(ProcessVerdict.Succeeded, exitCode: 7, fuel: 1000));
        Assert.Equal(TranscriptVerdict.ReportImplausible, AfterReady(ProcessVerdict.Succeeded, exitCode: 0, fuel: 1001));
        Assert.Equal(TranscriptVerdict.ReportImplausible, AfterReady(ProcessVerdict.Trapped, exitCode: 1, fuel: 0));
    }

    [Fact]
    public void More_files_than_a_job_may_leave_are_refused()
    {
        SandboxTranscript transcript = new(0, 0);
        transcript.Accept(new SandboxMessage.Ready());
        for (int i = 0; i < Limits.JobOutputsMax; i++)
        {
            Assert.Equal(TranscriptVerdict.Accepted, transcript.Accept(new SandboxMessage.File(i.ToString("D5", null), 0)));
        }

        Assert.Equal(TranscriptVerdict.FilesTooMany, transcript.Accept(new SandboxMessage.File("z", 0)));
    }

    private static TranscriptVerdict AfterReady(ProcessVerdict verdict, int exitCode, ulong fuel)
    {
        SandboxTranscript transcript = new(fuelMax: 1000, outputBytesMax: 100);
        transcript.Accept(new SandboxMessage.Ready());
        return transcript.Accept(new SandboxMessage.Report(verdict, exitCode, string.Empty, string.Empty, fuel));
    }

    private static SandboxMessage Message(string[] words) => words switch
    {
        ["R"] => new SandboxMessage.Ready(),
        ["L", string count] => new SandboxMessage.Log(1, new byte[int.Parse(count, null)]),
        ["F", string name, string length] => new SandboxMessage.File(name, long.Parse(length, null)),
        ["C", string count] => new SandboxMessage.Chunk(new byte[int.Parse(count, null)]),
        [string verdict] => new SandboxMessage.Report(Enum.Parse<ProcessVerdict>(verdict), 0, string.Empty, string.Empty, 0),
        _ => throw new ArgumentException(string.Join(' ', words), nameof(words)),
    };
}
