using System;
using System.IO;

namespace NodeRuntime.Wasm.Fuzz.Execution;

/// <summary>The programs that the comparison needs, by the names of the packages that bring them.</summary>
internal static class Tools
{
    /// <summary>Node.js, for its V8.</summary>
    public static string? Node => Find("node");

    /// <summary>Binaryen's optimizer, for its generator.</summary>
    public static string? WasmOpt => Find("wasm-opt");

    private static string? Find(string program)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            string path = Path.Combine(folder, program);
            if (folder.Length > 0 && File.Exists(path)) return path;
        }

        return null;
    }
}
