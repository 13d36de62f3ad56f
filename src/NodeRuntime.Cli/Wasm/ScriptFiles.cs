using System;
using System.Collections.Generic;
using System.Formats.Tar;
using System.IO;
using System.IO.Compression;

namespace NodeRuntime.Cli.Wasm;

/// <summary>The files of a test suite by their paths, from a folder or an archive.</summary>
internal static class ScriptFiles
{
    /// <summary>The whole official suite has a tenth of this.</summary>
    private const long BytesMax = 1L << 30;

    public static SortedDictionary<string, byte[]> Read(string path)
    {
        if (Directory.Exists(path)) return OfFolder(path);
        if (!File.Exists(path)) throw new CliException(ExitCode.NotFound, "FileMissing", $"there is no file or folder {path}", "name a folder or an archive of scripts");
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        bool isCompressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        try
        {
            return isCompressed ? OfArchive(new GZipStream(file, CompressionMode.Decompress), path) : OfArchive(file, path);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new CliException(ExitCode.Usage, "ArchiveMalformed", $"{path} is no tar archive", "name a .tar or .tar.gz file", exception);
        }
    }

    private static SortedDictionary<string, byte[]> OfFolder(string path)
    {
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
        long total = 0;
        foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories))
        {
            if (!IsWanted(file)) continue;
            Count(ref total, new FileInfo(file).Length, path);
            files[Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/')] = File.ReadAllBytes(file);
        }

        return files;
    }

    private static SortedDictionary<string, byte[]> OfArchive(Stream stream, string path)
    {
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
        using TarReader archive = new(stream);
        long total = 0;
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsWanted(entry.Name)) continue;
            Count(ref total, entry.Length, path);
            using MemoryStream bytes = new();
            entry.DataStream?.CopyTo(bytes);
            files[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = bytes.ToArray();
        }

        return files;
    }

    private static bool IsWanted(string name) => name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".wasm", StringComparison.Ordinal);

    private static void Count(ref long total, long bytes, string path)
    {
        total += bytes;
        if (total > BytesMax) throw new CliException(ExitCode.Usage, "SuiteTooLarge", $"{path} holds more than a gigabyte of scripts", "name the scripts' own folder");
    }
}
