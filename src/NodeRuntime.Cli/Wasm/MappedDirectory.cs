using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Wasm;

/// <summary>
/// A folder of this machine as a guest sees it: its tree is listed at the start, its files are read when the guest reads them, and what the
/// guest changed in a writable one is written back at the end. Links are shown as links; they lead nowhere outside. Sockets and devices are
/// not shown.
/// </summary>
internal sealed class MappedDirectory : IDisposable
{
    private readonly string _folder;
    private readonly List<FileContent> _open = [];
    private readonly SortedDictionary<string, FileContent> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _links = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);

    private MappedDirectory(string folder, string guestPath, bool isWritable)
    {
        _folder = folder;
        GuestPath = guestPath;
        IsWritable = isWritable;
    }

    public string GuestPath { get; }

    public bool IsWritable { get; }

    /// <summary>From <c>FOLDER[:GUEST-PATH][:ro|:rw]</c>; without a guest path the guest calls it as it is written here, and ro is the default.</summary>
    public static MappedDirectory Parse(string text)
    {
        string[] parts = text.Split(':');
        bool isWritable = parts.Length > 1 && parts[^1] == "rw";
        if (parts.Length > 1 && parts[^1] is "ro" or "rw") parts = parts[..^1];
        string folder = parts[0];
        string guest = parts.Length > 1 ? parts[1] : folder;
        if (folder.Length == 0 || guest.Length == 0 || parts.Length > 2)
        {
            throw new CliException(ExitCode.Usage, "DirectoryMalformed", $"--dir: '{text}' names no folder", "write FOLDER[:GUEST-PATH][:ro|:rw], such as --dir data:/in:ro");
        }

        if (!Directory.Exists(folder)) throw new CliException(ExitCode.NotFound, "DirectoryMissing", $"--dir: there is no folder {folder}", "make it first");
        MappedDirectory mapped = new(Path.GetFullPath(folder), guest, isWritable);
        mapped.List(new DirectoryInfo(mapped._folder), string.Empty);
        return mapped;
    }

    public GuestDirectory ToGuest()
    {
        ImmutableArray<GuestFile>.Builder files = ImmutableArray.CreateBuilder<GuestFile>(_files.Count);
        foreach ((string name, FileContent content) in _files) files.Add(new GuestFile(name, content));
        ImmutableArray<GuestLink>.Builder links = ImmutableArray.CreateBuilder<GuestLink>(_links.Count);
        foreach ((string name, string target) in _links) links.Add(new GuestLink(name, target));
        return new GuestDirectory(GuestPath) { IsWritable = IsWritable, Files = files.ToImmutable(), Folders = [.. _folders], Links = links.ToImmutable() };
    }

    /// <summary>
    /// Makes the folder what the guest left: new content is written beside the old and then takes its name, so that a file is old or new and
    /// never half. What moved is read before anything is removed.
    /// </summary>
    public void WriteBack(GuestDirectory left)
    {
        List<(string Temporary, string Path)> made = [];
        foreach (GuestFile file in left.Files)
        {
            if (_files.TryGetValue(file.Name, out FileContent? before) && ReferenceEquals(before, file.Content)) continue;
            string temporary = Path.Combine(_folder, ".noderuntime-" + Guid.NewGuid().ToString("N"));
            made.Add((temporary, PathOf(file.Name)));
            Copy(file.Content, temporary);
        }

        // Links first and whole: nothing is ever written through one.
        SortedSet<string> links = new(left.Links.Where(IsOld).Select(static link => link.Name), StringComparer.Ordinal);
        SortedSet<string> files = new(left.Files.Select(static file => file.Name), StringComparer.Ordinal);
        SortedSet<string> folders = new(left.Folders, StringComparer.Ordinal);
        foreach (string name in _links.Keys.Where(name => !links.Contains(name))) File.Delete(PathOf(name));
        foreach (string name in _files.Keys.Where(name => !files.Contains(name))) File.Delete(PathOf(name));
        // The deepest first: a folder's name is a prefix of its children's.
        foreach (string name in _folders.Where(name => !folders.Contains(name)).Reverse()) Directory.Delete(PathOf(name));
        foreach (string name in folders) Directory.CreateDirectory(PathOf(name));
        foreach ((string temporary, string path) in made) File.Move(temporary, path, overwrite: true);
        foreach (GuestLink link in left.Links.Where(link => !IsOld(link))) File.CreateSymbolicLink(PathOf(link.Name), link.Target);
    }

    public void Dispose()
    {
        foreach (FileContent file in _open) file.Dispose();
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void List(DirectoryInfo directory, string prefix)
    {
        foreach (FileSystemInfo entry in directory.EnumerateFileSystemInfos())
        {
            if (_files.Count + _links.Count + _folders.Count >= WasiRunner.EntriesMax)
            {
                throw new CliException(
                    ExitCode.Usage, "DirectoryTooLarge", $"--dir: {_folder} holds more than {WasiRunner.EntriesMax} entries", "map a smaller folder");
            }

            string name = prefix + entry.Name;
            if (entry.LinkTarget is { } target) _links[name] = target;
            else if (entry is DirectoryInfo folder)
            {
                _folders.Add(name);
                List(folder, name + "/");
            }
            else if (IsRegular(entry))
            {
                FileContent content = new(entry.FullName, ((FileInfo)entry).Length);
                _open.Add(content);
                _files[name] = content;
            }
        }
    }

    // A pipe, a socket or a device would block or never end.
    private static bool IsRegular(FileSystemInfo entry) => (entry.Attributes & FileAttributes.Device) == 0;

    private bool IsOld(GuestLink link) => _links.TryGetValue(link.Name, out string? target) && target == link.Target;

    private static void Copy(IGuestInput content, string path)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[1 << 16];
        long offset = 0;
        while (content.Read(offset, buffer) is var count && count > 0)
        {
            file.Write(buffer, 0, count);
            offset += count;
        }
    }
}
