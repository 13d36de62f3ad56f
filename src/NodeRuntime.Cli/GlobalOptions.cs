using System.CommandLine;

namespace NodeRuntime.Cli;

/// <summary>What every verb takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Context { get; } = new("--context")
    {
        Description = "Context file: contacts, genesis hash, key. Default: $NODERUNTIME_CONTEXT, else ~/.config/noderuntime/context.yaml",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "table for people, json for programs: exactly one object",
        DefaultValueFactory = static _ => OutputFormat.Table,
        Recursive = true,
    };

    public Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colours, also on a terminal",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Add(Context);
        root.Add(Output);
        root.Add(NoColor);
    }
}

internal enum OutputFormat
{
    Table,
    Json,
}
