using System;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What is done with a path below an open directory.</summary>
internal static class PathCalls
{
    private const int Create = 1;
    private const int Directory = 2;
    private const int Exclusive = 4;
    private const int Truncate = 8;
    private const long ReadRight = 1 << 1;
    private const long WriteRight = 1 << 6;

    public static int PathOpen(
        int fd, int lookup, int path, int length, int how, long rights, long inheriting, int flags, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        bool writes = (rights & WriteRight) != 0;
        VirtualNode? node = walk.Node;
        if (node is null)
        {
            if ((how & Create) == 0) return (int)Errno.NoEntry;
            if (walk.Parent!.IsReadOnly) return (int)Errno.ReadOnly;
            if (walk.MustBeDirectory || (how & Directory) != 0) return (int)Errno.Invalid;
            node = guest.Host.MakeFile();
            if (node is null) return (int)Errno.NoSpace;
            walk.Parent.Children.Add(walk.Name, node);
        }
        else
        {
            if ((how & (Create | Exclusive)) == (Create | Exclusive)) return (int)Errno.Exists;
            bool directory = node.Kind == VirtualKind.Directory;
            if (!directory && ((how & Directory) != 0 || walk.MustBeDirectory)) return (int)Errno.NotDirectory;
            if (directory && (how & Truncate) != 0) return (int)Errno.IsDirectory;
            if (directory && writes && (how & Directory) == 0) return (int)Errno.IsDirectory;
            if (!directory && node.IsReadOnly && (writes || (how & Truncate) != 0)) return (int)Errno.ReadOnly;
        }

        bool file = node.Kind != VirtualKind.Directory;
        var descriptor = new Descriptor(DescriptorKind.Node, node)
        {
            CanRead = file && (rights & ReadRight) != 0,
            CanWrite = file && writes,
            Flags = flags & 0x1F,
        };
        int opened = guest.Host.Open(descriptor);
        if (opened < 0) return (int)Errno.TooManyDescriptors;
        if ((how & Truncate) != 0) guest.Host.Resize(node, 0);
        guest.Write(result, opened);
        return (int)Errno.Success;
    }

    public static int PathFilestatGet(int fd, int lookup, int path, int length, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        if (walk.Node is null) return (int)Errno.NoEntry;
        FileCalls.WriteStat(guest, result, walk.Node);
        return (int)Errno.Success;
    }

    public static int PathFilestatSetTimes(
        int fd, int lookup, int path, int length, long access, long modified, int flags, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        return (int)(walk.Node is null ? Errno.NoEntry : Errno.Success);
    }

    public static int PathCreateDirectory(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        if (walk.Node is not null) return (int)Errno.Exists;
        if (walk.Parent!.IsReadOnly) return (int)Errno.ReadOnly;
        VirtualNode? made = guest.Host.MakeDirectory();
        if (made is null) return (int)Errno.NoSpace;
        walk.Parent.Children.Add(walk.Name, made);
        return (int)Errno.Success;
    }

    public static int PathRemoveDirectory(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        if (walk.Node is null) return (int)Errno.NoEntry;
        if (walk.Node.Kind != VirtualKind.Directory) return (int)Errno.NotDirectory;
        if (walk.Parent is null) return (int)Errno.Invalid;
        if (walk.Parent.IsReadOnly) return (int)Errno.ReadOnly;
        if (walk.Node.Children.Count > 0) return (int)Errno.NotEmpty;
        walk.Parent.Children.Remove(walk.Name);
        guest.Host.Forget(walk.Node);
        return (int)Errno.Success;
    }

    public static int PathUnlinkFile(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        if (walk.Node is null) return (int)Errno.NoEntry;
        if (walk.Node.Kind == VirtualKind.Directory) return (int)Errno.IsDirectory;
        if (walk.MustBeDirectory) return (int)Errno.NotDirectory;
        if (walk.Node.IsReadOnly) return (int)Errno.ReadOnly;
        walk.Parent!.Children.Remove(walk.Name);
        guest.Host.Forget(walk.Node);
        return (int)Errno.Success;
    }

    public static int PathRename(
        int fd, int path, int length, int newFd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk from) is var errno && errno != Errno.Success) return (int)errno;
        if (Walk(guest, newFd, newPath, newLength, out PathWalk to) is var second && second != Errno.Success) return (int)second;
        if (from.Node is null) return (int)Errno.NoEntry;
        if (from.Parent is null || to.Parent is null) return (int)Errno.Invalid;
        if (from.Parent.IsReadOnly || to.Parent.IsReadOnly) return (int)Errno.ReadOnly;
        if (from.Node == to.Node) return (int)Errno.Success;
        if (from.Node.Kind == VirtualKind.Directory)
        {
            // A directory under itself would be out of reach of everything.
            if (Holds(from.Node, to.Parent)) return (int)Errno.Invalid;
            if (to.Node is not null && to.Node.Kind != VirtualKind.Directory) return (int)Errno.NotDirectory;
            if (to.Node is { Children.Count: > 0 }) return (int)Errno.NotEmpty;
        }
        else if (to.Node is { Kind: VirtualKind.Directory })
        {
            return (int)Errno.IsDirectory;
        }
        else if (to.MustBeDirectory || from.MustBeDirectory)
        {
            return (int)Errno.NotDirectory;
        }

        from.Parent.Children.Remove(from.Name);
        to.Parent.Children[to.Name] = from.Node;
        if (to.Node is not null) guest.Host.Forget(to.Node);
        return (int)Errno.Success;
    }

    /// <summary>There are no links: path_link, path_symlink, path_readlink.</summary>
    public static int PathLink(
        int fd, int lookup, int path, int length, int newFd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView.Enter(instance);
        return (int)Errno.NotSupported;
    }

    public static int PathSymlink(int path, int length, int fd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView.Enter(instance);
        return (int)Errno.NotSupported;
    }

    public static int PathReadlink(int fd, int path, int length, int buffer, int bufferLength, int used, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Walk(guest, fd, path, length, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        return (int)(walk.Node is null ? Errno.NoEntry : Errno.Invalid);
    }

    private static bool Holds(VirtualNode directory, VirtualNode sought)
    {
        if (directory == sought) return true;
        foreach (VirtualNode child in directory.Children.Values)
        {
            if (child.Kind == VirtualKind.Directory && Holds(child, sought)) return true;
        }

        return false;
    }

    private static Errno Walk(GuestView guest, int fd, int path, int length, out PathWalk walk)
    {
        walk = null!;
        if (guest.Host.Find(fd) is not { } descriptor) return Errno.BadDescriptor;
        if (descriptor.Node is not { Kind: VirtualKind.Directory } directory) return Errno.NotDirectory;
        Span<byte> bytes = guest.Bytes(path, length);
        guest.Host.ChargeBytes(Math.Min(bytes.Length, WasiHost.PathBytesMax) * 8L);
        walk = PathWalk.Walk(directory, bytes);
        return walk.Errno;
    }
}
