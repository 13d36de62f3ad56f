namespace NodeRuntime.Sandbox.Protocol;

/// <summary>What was found on the pipe: a message if and only if the verdict is Accepted.</summary>
internal readonly record struct SandboxFrame(SandboxFrameVerdict Verdict, SandboxMessage? Message)
{
    public static SandboxFrame End => new(SandboxFrameVerdict.End, null);

    public static SandboxFrame Malformed => new(SandboxFrameVerdict.Malformed, null);
}

internal enum SandboxFrameVerdict
{
    Accepted,

    /// <summary>The pipe was closed between two messages.</summary>
    End,
    Malformed,
}
