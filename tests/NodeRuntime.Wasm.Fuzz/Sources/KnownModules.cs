using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;

namespace NodeRuntime.Wasm.Fuzz.Sources;

/// <summary>
/// Modules to mutate: the sample programs of this repository and, where it lies beside the checkout, those of the official test suite
/// that are well-formed and valid as far as our reader understands them.
/// </summary>
internal static class KnownModules
{
    private const string Samples = "config/samples";
    private const string Suite = "shared/vectors/wasm-spec-2.0.tar.gz";

    public static IReadOnlyList<byte[]> Find(bool suite)
    {
        var modules = new List<byte[]>();
        foreach (byte[] bytes in FindAll(suite))
        {
            if (Module.Load(bytes, ModuleLimits.Default).Verdict is ModuleVerdict.Accepted or ModuleVerdict.Unsupported) modules.Add(bytes);
        }

        return modules;
    }

    private static List<byte[]> FindAll(bool suite)
    {
        var modules = new List<byte[]>();
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string samples = Path.Combine(folder.FullName, Samples);
            if (modules.Count == 0 && Directory.Exists(samples)) AddSamples(modules, samples);
            string archive = Path.Combine(folder.FullName, Suite);
            if (!suite || !File.Exists(archive)) continue;
            AddSuite(modules, archive);
            return modules;
        }

        return modules;
    }

    private static void AddSamples(List<byte[]> modules, string folder)
    {
        string[] files = Directory.GetFiles(folder, "*.wasm", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files) modules.Add(File.ReadAllBytes(file));
    }

    private static void AddSuite(List<byte[]> modules, string archive)
    {
        var named = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            if (!entry.Name.EndsWith(".wasm", StringComparison.Ordinal)) continue;
            using var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            named[entry.Name] = bytes.ToArray();
        }

        modules.AddRange(named.Values);
    }
}
