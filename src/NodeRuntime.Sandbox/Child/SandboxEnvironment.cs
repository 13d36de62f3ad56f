using System.Collections.Generic;
using System.Globalization;

namespace NodeRuntime.Sandbox.Child;

/// <summary>The whole environment of the two stages: nothing is inherited, as a peer's environment may hold its secrets.</summary>
internal static class SandboxEnvironment
{
    /// <summary>For both stages: no debugger's door, no profile-guided recompilation, no second collector thread.</summary>
    private static IReadOnlyList<KeyValuePair<string, string>> Base { get; } =
    [
        new("DOTNET_EnableDiagnostics", "0"),
        new("DOTNET_TieredPGO", "0"),
        new("DOTNET_gcConcurrent", "0"),
        new("DOTNET_gcServer", "0"),
        new("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"),
    ];

    /// <summary>
    /// For the first stage alone, where no guest runs: without W^X it starts sooner. The second stage keeps it, as its compiled code is
    /// a stranger's.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfLauncher { get; } = [.. Base, new("DOTNET_EnableWriteXorExecute", "0")];

    public static IReadOnlyList<string> OfChild(string runtimeRoot, SandboxMemory memory)
    {
        List<string> variables = [];
        foreach ((string name, string value) in Base) variables.Add(name + "=" + value);
        variables.Add("DOTNET_ROOT=" + runtimeRoot);
        variables.Add("DOTNET_GCHeapHardLimit=0x" + memory.HeapBytesMax.ToString("X", CultureInfo.InvariantCulture));
        return variables;
    }
}
