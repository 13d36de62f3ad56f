using System;
using System.Collections.Immutable;
using System.IO;
using System.Reflection;

namespace NodeRuntime.Sandbox;

/// <summary>How this program is started once more: the host's path, and the assembly where the host is <c>dotnet</c> itself.</summary>
/// <param name="Executable">An absolute path.</param>
/// <param name="Arguments">What stands before the verb.</param>
public sealed record SandboxCommand(string Executable, ImmutableArray<string> Arguments)
{
    /// <summary>The hidden verb of the first stage.</summary>
    public const string LaunchVerb = "sandbox-launch";

    /// <summary>The hidden verb of the second stage.</summary>
    public const string ChildVerb = "sandbox-child";

    public static SandboxCommand OfThisProcess()
    {
        string executable = Environment.ProcessPath ?? throw new LaunchException("the path of this process is unknown");
        string entry = Assembly.GetEntryAssembly()?.Location ?? string.Empty;
        bool underHost = Path.GetFileName(executable) == "dotnet" && entry.Length > 0;
        return new SandboxCommand(executable, underHost ? [entry] : []);
    }
}
