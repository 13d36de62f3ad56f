using System;
using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// Finds what a guest's path means. It starts at an open directory and never leaves it: names are looked up in the virtual tree, "..", is
/// undone step by step, and above the start there is nothing.
/// </summary>
internal sealed class PathWalk
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PathWalk(Errno errno)
    {
        Errno = errno;
    }

    public Errno Errno { get; }

    /// <summary>The directory that holds the last name; null for the start itself.</summary>
    public VirtualNode? Parent { get; private init; }

    /// <summary>The last name, empty for the start itself.</summary>
    public string Name { get; private init; } = "";

    /// <summary>What stands there; null when nothing does, but something could.</summary>
    public VirtualNode? Node { get; private init; }

    public bool MustBeDirectory { get; private init; }

    public static PathWalk Walk(VirtualNode start, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > WasiHost.PathBytesMax) return new PathWalk(Errno.NameTooLong);
        if (bytes.IsEmpty) return new PathWalk(Errno.NoEntry);
        if (bytes.Contains((byte)0)) return new PathWalk(Errno.Invalid);
        if (bytes[0] == '/') return new PathWalk(Errno.NotCapable);
        string path;
        try
        {
            path = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return new PathWalk(Errno.IllegalBytes);
        }

        var trail = new List<(VirtualNode Directory, string Name)>();
        VirtualNode? node = start;
        foreach (string name in path.Split('/'))
        {
            if (name.Length == 0 || name == ".")
            {
                if (node is not null && node.Kind != VirtualKind.Directory) return new PathWalk(Errno.NotDirectory);
                continue;
            }

            if (node is null) return new PathWalk(Errno.NoEntry);
            if (node.Kind != VirtualKind.Directory) return new PathWalk(Errno.NotDirectory);
            if (name == "..")
            {
                if (trail.Count == 0) return new PathWalk(Errno.NotCapable);
                node = trail[^1].Directory;
                trail.RemoveAt(trail.Count - 1);
                continue;
            }

            if (Encoding.UTF8.GetByteCount(name) > WasiHost.NameBytesMax) return new PathWalk(Errno.NameTooLong);
            if (trail.Count >= WasiHost.PathDepthMax) return new PathWalk(Errno.NameTooLong);
            trail.Add((node, name));
            node = node.Children.GetValueOrDefault(name);
        }

        return new PathWalk(Errno.Success)
        {
            Parent = trail.Count == 0 ? null : trail[^1].Directory,
            Name = trail.Count == 0 ? "" : trail[^1].Name,
            Node = node,
            MustBeDirectory = bytes[^1] == '/',
        };
    }
}
