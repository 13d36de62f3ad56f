using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;

namespace NodeRuntime.Wasm.Tests.Specification;

/// <summary>The official test suite, read where it lies beside the checkout: it is not part of this repository.</summary>
internal static class SpecArchive
{
    private const string Place = "shared/vectors/wasm-spec-2.0.tar.gz";

    public static string? Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            string path = Path.Combine(directory.FullName, Place);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    /// <summary>Its files by "script/file".</summary>
    public static SortedDictionary<string, byte[]> Read(string path)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var archive = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            using var bytes = new MemoryStream();
            entry.DataStream?.CopyTo(bytes);
            files[entry.Name.TrimStart('.', '/')] = bytes.ToArray();
        }

        return files;
    }
}
