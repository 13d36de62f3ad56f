using System;
using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// Finds what a guest's path means. It starts at an open directory and never leaves it: names are looked up in the virtual tree, ".." is
/// undone step by step, links are followed by the same rules, and above the start there is nothing.
/// </summary>
internal sealed class PathWalk
{
    /// <summary>Links that one path may lead through, as in Linux.</summary>
    private const int LinksMax = 40;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(VirtualNode Directory, string Name)> _trail = [];
    private readonly Stack<string> _ahead = new();
    private int _links;

    private PathWalk()
    {
    }

    public Errno Errno { get; private set; }

    /// <summary>The directory that holds the last name; null for the start itself.</summary>
    public VirtualNode? Parent => _trail.Count == 0 ? null : _trail[^1].Directory;

    /// <summary>The last name, empty for the start itself.</summary>
    public string Name => _trail.Count == 0 ? "" : _trail[^1].Name;

    /// <summary>What stands there; null when nothing does, but something could.</summary>
    public VirtualNode? Node { get; private set; }

    public bool MustBeDirectory { get; private set; }

    /// <summary>The path ends in "." or "..": it can be opened, but not made, moved or removed.</summary>
    public bool EndsInDots { get; private set; }

    /// <param name="follow">Whether a link at the path's end is followed; on the way to it links always are.</param>
    public static PathWalk Walk(VirtualNode start, ReadOnlySpan<byte> bytes, bool follow)
    {
        var walk = new PathWalk();
        walk.Errno = walk.Run(start, bytes, follow);
        return walk;
    }

    /// <summary>A path's text, or why it is none.</summary>
    public static Errno Decode(ReadOnlySpan<byte> bytes, out string path)
    {
        path = "";
        if (bytes.Length > VirtualTree.PathBytesMax) return Errno.NameTooLong;
        if (bytes.IsEmpty) return Errno.NoEntry;
        if (bytes.Contains((byte)0)) return Errno.Invalid;
        if (bytes[0] == '/') return Errno.NotCapable;
        try
        {
            path = Utf8.GetString(bytes);
            return Errno.Success;
        }
        catch (DecoderFallbackException)
        {
            return Errno.IllegalBytes;
        }
    }

    private Errno Run(VirtualNode start, ReadOnlySpan<byte> bytes, bool follow)
    {
        Errno errno = Decode(bytes, out string path);
        if (errno != Errno.Success) return errno;
        MustBeDirectory = path.EndsWith('/');
        string last = path.TrimEnd('/');
        last = last[(last.LastIndexOf('/') + 1)..];
        EndsInDots = last is "." or "..";
        Push(path);
        Node = start;
        while (errno == Errno.Success && _ahead.TryPop(out string? name)) errno = Step(name, follow);
        return errno;
    }

    private Errno Step(string name, bool follow)
    {
        // Behind a last name that is not there a slash may stand, but no dot.
        if (name.Length == 0 && Node is null) return Errno.Success;
        if (Node is null) return Errno.NoEntry;
        if (Node.Kind != VirtualKind.Directory) return Errno.NotDirectory;
        if (name.Length == 0 || name == ".") return Errno.Success;
        if (name == "..")
        {
            if (_trail.Count == 0) return Errno.NotCapable;
            Node = _trail[^1].Directory;
            _trail.RemoveAt(_trail.Count - 1);
            return Errno.Success;
        }

        if (Encoding.UTF8.GetByteCount(name) > VirtualTree.NameBytesMax) return Errno.NameTooLong;
        if (_trail.Count >= VirtualTree.DepthMax) return Errno.NameTooLong;
        VirtualNode directory = Node;
        Node = directory.Children.GetValueOrDefault(name);
        if (Node is not { Kind: VirtualKind.Link } link || (!follow && _ahead.Count == 0))
        {
            _trail.Add((directory, name));
            return Errno.Success;
        }

        if (++_links > LinksMax) return Errno.Loop;
        // Given with a read-only directory, a link's text may be anything.
        if (link.Target.Length == 0) return Errno.NoEntry;
        if (link.Target[0] == '/') return Errno.NotCapable;
        Node = directory;
        Push(link.Target);
        return Errno.Success;
    }

    private void Push(string path)
    {
        string[] names = path.Split('/');
        for (int i = names.Length - 1; i >= 0; i--) _ahead.Push(names[i]);
    }
}
