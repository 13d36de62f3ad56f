using System;
using System.Collections.Immutable;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// The files that a guest sees, in memory, and the count of what it adds to them. A file's bytes count once for each name that leads to
/// it, as each name is an output, and once where only an open descriptor holds it. Input counts from the moment the guest changes it.
/// </summary>
internal sealed class VirtualTree(long bytesMax)
{
    public const int NodesMax = 4_096;
    public const int PathBytesMax = 4_096;
    public const int NameBytesMax = 255;
    public const int DepthMax = 64;

    private ulong _inodes;
    private int _made;

    /// <summary>The guest's own bytes, streams included.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>The last number given to a node, and the nodes that the guest has made: a snapshot's part.</summary>
    public (ulong Inodes, int Made, long OutputBytes) Counters
    {
        get => (_inodes, _made, OutputBytes);
        set => (_inodes, _made, OutputBytes) = value;
    }

    public VirtualNode MakeRoot(GuestDirectory directory, ulong now)
    {
        VirtualNode root = Stamp(VirtualNode.Directory(++_inodes, !directory.IsWritable), now);
        bool readOnly = !directory.IsWritable;
        foreach (string folder in directory.Folders) Reach(root, folder, now);
        foreach (GuestFile file in directory.Files)
        {
            Place(root, file.Name, Stamp(VirtualNode.InputFile(++_inodes, readOnly, file.Content), now), now);
        }

        foreach (GuestLink link in directory.Links)
        {
            Place(root, link.Name, Stamp(VirtualNode.Link(++_inodes, readOnly, link.Target), now), now);
        }

        return root;
    }

    public VirtualNode? MakeDirectory(ulong now) => HasRoom() ? Stamp(VirtualNode.Directory(++_inodes, readOnly: false), now) : null;

    public VirtualNode? MakeFile(ulong now) => HasRoom() ? Stamp(VirtualNode.EmptyFile(++_inodes), now) : null;

    public VirtualNode? MakeLink(string target, ulong now) => HasRoom() ? Stamp(VirtualNode.Link(++_inodes, false, target), now) : null;

    /// <summary>Whether a node, or a new one, may stand in this directory without making the tree too deep.</summary>
    public static bool HasDepth(VirtualNode directory, VirtualNode? node)
    {
        int depth = node is null ? 1 : Height(node);
        for (VirtualNode? at = directory; at is not null; at = at.Parent) depth++;
        return depth <= DepthMax + 1;
    }

    public static bool IsWithin(VirtualNode? inner, VirtualNode outer)
    {
        for (VirtualNode? at = inner; at is not null; at = at.Parent)
        {
            if (at == outer) return true;
        }

        return false;
    }

    public void Add(VirtualNode directory, string name, VirtualNode node, ulong now)
    {
        long before = Counted(node);
        directory.Children.Add(name, node);
        node.Names++;
        if (node.Kind == VirtualKind.Directory) node.Parent = directory;
        directory.Modified = directory.Changed = node.Changed = now;
        Recount(before, node);
    }

    /// <summary>Takes a name away. What no name and no descriptor leads to any more is forgotten.</summary>
    public void Remove(VirtualNode directory, string name, ulong now)
    {
        VirtualNode node = directory.Children[name];
        long before = Counted(node);
        directory.Children.Remove(name);
        node.Names--;
        if (node.Kind == VirtualKind.Directory) node.Parent = null;
        directory.Modified = directory.Changed = node.Changed = now;
        Recount(before, node);
        Forget(node);
    }

    public void Opened(VirtualNode node)
    {
        long before = Counted(node);
        node.Opens++;
        Recount(before, node);
    }

    public void Closed(VirtualNode node)
    {
        long before = Counted(node);
        node.Opens--;
        Recount(before, node);
        Forget(node);
    }

    public Errno Write(VirtualNode file, long offset, ReadOnlySpan<byte> bytes, ulong now)
    {
        if (bytes.IsEmpty) return Errno.Success;
        if (offset > Array.MaxLength - bytes.Length) return Errno.FileTooBig;
        long end = offset + bytes.Length;
        Errno errno = end > file.Size ? Resize(file, end, now) : Own(file, file.Size);
        if (errno != Errno.Success) return errno;
        file.Write((int)offset, bytes);
        file.Modified = file.Changed = now;
        return Errno.Success;
    }

    public Errno Resize(VirtualNode file, long length, ulong now)
    {
        if (length > Array.MaxLength) return Errno.FileTooBig;
        Errno errno = Own(file, Math.Min(length, file.Size));
        if (errno != Errno.Success) return errno;
        Count((length - file.WrittenLength) * Holders(file));
        file.Resize((int)length);
        file.Modified = file.Changed = now;
        return Errno.Success;
    }

    /// <summary>Counts and, beyond the limit, ends the run: what was written before stays.</summary>
    public void Count(long bytes)
    {
        OutputBytes += bytes;
        if (OutputBytes > bytesMax) throw new TrapException(Trap.OutputLimitExceeded);
    }

    /// <summary>A root as the guest leaves it.</summary>
    public static GuestDirectory Collect(string path, VirtualNode root)
    {
        ImmutableArray<GuestFile>.Builder files = ImmutableArray.CreateBuilder<GuestFile>();
        ImmutableArray<string>.Builder folders = ImmutableArray.CreateBuilder<string>();
        ImmutableArray<GuestLink>.Builder links = ImmutableArray.CreateBuilder<GuestLink>();
        Collect(root, "", files, folders, links);
        return new GuestDirectory(path)
        {
            IsWritable = !root.IsReadOnly,
            Files = files.ToImmutable(),
            Folders = folders.ToImmutable(),
            Links = links.ToImmutable(),
        };
    }

    private static void Collect(
        VirtualNode directory,
        string prefix,
        ImmutableArray<GuestFile>.Builder files,
        ImmutableArray<string>.Builder folders,
        ImmutableArray<GuestLink>.Builder links)
    {
        foreach ((string name, VirtualNode node) in directory.Children)
        {
            switch (node.Kind)
            {
                case VirtualKind.Directory:
                    folders.Add(prefix + name);
                    Collect(node, prefix + name + "/", files, folders, links);
                    break;
                case VirtualKind.File:
                    files.Add(new GuestFile(prefix + name, node.Input ?? new MemoryInput(node.Written)));
                    break;
                case VirtualKind.Link:
                    links.Add(new GuestLink(prefix + name, node.Target));
                    break;
            }
        }
    }

    private Errno Own(VirtualNode file, long length)
    {
        if (file.Input is null) return Errno.Success;
        if (length > Array.MaxLength) return Errno.FileTooBig;
        Count(length * Holders(file));
        file.Own((int)length);
        return Errno.Success;
    }

    private static int Holders(VirtualNode node) => Math.Max(node.Names, node.Opens > 0 ? 1 : 0);

    private static long Counted(VirtualNode node) => (long)node.WrittenLength * Holders(node);

    private void Recount(long before, VirtualNode node) => Count(Counted(node) - before);

    private void Forget(VirtualNode node)
    {
        if (node is { Names: 0, Opens: 0, IsReadOnly: false } && _made > 0) _made--;
    }

    private bool HasRoom()
    {
        if (_made >= NodesMax) return false;
        _made++;
        return true;
    }

    private static int Height(VirtualNode node)
    {
        int height = 0;
        foreach (VirtualNode child in node.Children.Values) height = Math.Max(height, Height(child));
        return height + 1;
    }

    private void Place(VirtualNode root, string path, VirtualNode node, ulong now)
    {
        int slash = path.LastIndexOf('/');
        VirtualNode directory = slash < 0 ? root : Reach(root, path[..slash], now);
        directory.Children.Add(path[(slash + 1)..], node);
        node.Names++;
    }

    private VirtualNode Reach(VirtualNode root, string path, ulong now)
    {
        VirtualNode at = root;
        foreach (string name in path.Split('/'))
        {
            if (!at.Children.TryGetValue(name, out VirtualNode? next))
            {
                next = Stamp(VirtualNode.Directory(++_inodes, root.IsReadOnly), now);
                next.Parent = at;
                next.Names = 1;
                at.Children.Add(name, next);
            }

            at = next;
        }

        return at;
    }

    private static VirtualNode Stamp(VirtualNode node, ulong now)
    {
        node.Accessed = node.Modified = node.Changed = now;
        return node;
    }
}
