namespace NodeRuntime.Runtime;

public enum LogLevel
{
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>Something worth a line: published on the event stream, written down by whoever hosts the peer. Never holds a secret.</summary>
public sealed record NodeLog(LogLevel Level, string Area, string Text);
