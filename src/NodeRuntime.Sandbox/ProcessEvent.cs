using System;

namespace NodeRuntime.Sandbox;

/// <summary>What a run tells its owner: Ready at most once, then output, and Finished exactly once and last.</summary>
public abstract record ProcessEvent
{
    private ProcessEvent()
    {
    }

    /// <summary>The process is restricted, the module is validated, the program runs from now on: charging may begin.</summary>
    public sealed record Ready : ProcessEvent;

    /// <summary>Bytes of standard output (1) or standard error (2), in the order they were written.</summary>
    public sealed record Log(int Stream, ReadOnlyMemory<byte> Bytes) : ProcessEvent;

    public sealed record Finished(ProcessReport Report) : ProcessEvent;
}
