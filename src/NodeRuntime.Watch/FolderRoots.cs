using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using NodeRuntime.Posture.Controls;
using NodeRuntime.Posture.State;
using NodeRuntime.Primitives;
using NodeRuntime.Watch.Linux;

namespace NodeRuntime.Watch;

/// <summary>
/// Which folders must be watched for the files of the controls: of one file its folder, since editors put another in its place; of a pattern the folder before its
/// first star, and everything beneath where the pattern goes deeper.
/// </summary>
internal sealed class FolderRoots
{
    private readonly ImmutableArray<Control> _controls;
    private readonly Inotify? _inotify;
    private readonly Fanotify? _privileged;
    private readonly SortedDictionary<string, bool> _roots = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _watched = new(StringComparer.Ordinal);

    public FolderRoots(ImmutableArray<Control> controls, Inotify? inotify, Fanotify? privileged)
    {
        _controls = controls;
        _inotify = inotify;
        _privileged = privileged;
        foreach (Control control in controls)
        {
            if (control.Class != ThingClass.File) continue;
            (string folder, bool isDeep) = RootOf(control.Pattern);
            _roots[folder] = isDeep || _roots.GetValueOrDefault(folder);
        }
    }

    /// <summary>Roots that are not watched: there was no such folder, or there is none any more.</summary>
    public List<string> Unwatched()
    {
        List<string> found = [];
        foreach (string root in _roots.Keys)
        {
            if (!_watched.Contains(root)) found.Add(root);
        }

        return found;
    }

    /// <summary>Roots whose files may be in a scope.</summary>
    public List<string> In(Scope scope)
    {
        List<string> found = [];
        foreach (string root in _roots.Keys)
        {
            if (scope.Touches(new Scope(ThingClass.File, root))) found.Add(root);
        }

        return found;
    }

    public void Forget(string folder) => _watched.Remove(folder);

    /// <summary>Whether what is in this folder, new as it is, must be watched.</summary>
    public bool IsDeep(string folder)
    {
        foreach ((string root, bool isDeep) in _roots)
        {
            if (isDeep && new Scope(ThingClass.File, root).Holds(new Thing(ThingClass.File, folder))) return true;
        }

        return false;
    }

    /// <summary>
    /// Watches a root, and beneath it where that is needed; then says everything that is there and a control is about. In this order: what changes meanwhile is heard.
    /// </summary>
    /// <returns>False where something could not be watched or looked into.</returns>
    public bool Watch(string folder, List<string> found)
    {
        if (!Directory.Exists(folder)) return true;
        _watched.Add(folder);
        return Enter(folder, found, _roots.GetValueOrDefault(folder) || IsDeep(folder));
    }

    /// <summary>The same of a folder that came to be beneath a root.</summary>
    public bool Enter(string folder, List<string> found, bool isDeep)
    {
        bool isWhole = true;
        Stack<string> left = new([folder]);
        while (left.TryPop(out string? next))
        {
            if (_inotify is not null && !_inotify.TryAdd(next))
            {
                // Gone meanwhile is gone.
                if (!Directory.Exists(next)) continue;
                isWhole = false;
            }

            // Who writes is told where it can be; that something is written is told all the same.
            _privileged?.TryMarkWriters(next);
            Note(next, found);
            try
            {
                foreach (FileSystemInfo entry in new DirectoryInfo(next).EnumerateFileSystemInfos())
                {
                    if (found.Count >= 2 * Limits.PostureThingsMax) return false;
                    bool isFolder = entry.Attributes.HasFlag(FileAttributes.Directory) && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
                    if (isFolder && isDeep) left.Push(entry.FullName);
                    else Note(entry.FullName, found);
                }
            }
            catch (DirectoryNotFoundException)
            {
                // Gone meanwhile: its end was heard, or will be.
                isWhole &= !Directory.Exists(next);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                isWhole = false;
            }
        }

        return isWhole;
    }

    private void Note(string path, List<string> found)
    {
        Thing thing = new(ThingClass.File, path);
        foreach (Control control in _controls)
        {
            if (!control.Concerns(thing)) continue;
            found.Add(path);
            return;
        }
    }

    private static (string Folder, bool IsDeep) RootOf(PathPattern pattern)
    {
        if (pattern.IsExact) return (FolderOf(pattern.Text), false);
        // The root itself is a thing of a tree: it is told of by its own folder's watch only where that is watched as well; its own says the rest.
        bool isTree = pattern.Text.EndsWith("**", StringComparison.Ordinal);
        int depth = pattern.Text.AsSpan(pattern.Root.Length).Count('/');
        return (pattern.Root.Length == 0 ? "/" : pattern.Root, isTree || depth > 1);
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and int slash ? path[..slash] : "/";
}
