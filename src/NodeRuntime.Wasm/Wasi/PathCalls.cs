using System;
using System.Text;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What is done with a path below an open directory.</summary>
internal static class PathCalls
{
    private const int Create = 1;
    private const int Directory = 2;
    private const int Exclusive = 4;
    private const int Truncate = 8;
    private const int FollowFlag = 1;

    public static int PathOpen(
        int fd, int lookup, int path, int length, int how, long rights, long inheriting, int flags, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Rights needed = Rights.Open
            | ((how & Create) != 0 ? Rights.CreateFile : Rights.None)
            | ((how & Truncate) != 0 ? Rights.PathSetSize : Rights.None);
        bool exclusive = (how & (Create | Exclusive)) == (Create | Exclusive);
        bool follow = (lookup & FollowFlag) != 0 && !exclusive;
        if (Walk(guest, fd, needed, path, length, follow, out PathWalk walk) is var errno && errno != Errno.Success) return (int)errno;
        Rights most = guest.Host.Find(fd)!.Inheriting;
        var wanted = (Rights)unchecked((ulong)rights) & Rights.All;
        var handed = (Rights)unchecked((ulong)inheriting) & Rights.All;
        if (((wanted | handed) & ~most) != 0) return (int)Errno.NotCapable;
        errno = walk.Node is null ? MayCreate(walk, how) : MayOpen(walk, how, wanted, exclusive);
        if (errno != Errno.Success) return (int)errno;
        if (guest.Host.IsFull) return (int)Errno.TooManyDescriptors;
        if (walk.Node is null) errno = Enter(guest.Host, walk, guest.Host.Tree.MakeFile(guest.Host.Now));
        if (errno != Errno.Success) return (int)errno;
        VirtualNode node = walk.Node ?? walk.Parent!.Children[walk.Name];
        bool file = node.Kind == VirtualKind.File;
        int opened = guest.Host.Open(new Descriptor(DescriptorKind.Node, node)
        {
            Rights = wanted & (file ? Rights.OfFile : Rights.OfDirectory),
            Inheriting = file ? Rights.None : handed,
            Flags = flags & 0x1F,
        });
        if ((how & Truncate) != 0) guest.Host.Tree.Resize(node, 0, guest.Host.Now);
        guest.Write(result, opened);
        return (int)Errno.Success;
    }

    public static int PathFilestatGet(int fd, int lookup, int path, int length, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = WalkToNode(guest, fd, Rights.PathStat, path, length, (lookup & FollowFlag) != 0, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        DescriptorCalls.WriteStat(guest, result, walk.Node);
        return (int)Errno.Success;
    }

    public static int PathFilestatSetTimes(
        int fd, int lookup, int path, int length, long access, long modified, int flags, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = WalkToNode(guest, fd, Rights.PathSetTimes, path, length, (lookup & FollowFlag) != 0, out PathWalk walk);
        return (int)(errno == Errno.Success ? DescriptorCalls.SetTimes(guest, walk.Node!, access, modified, flags) : errno);
    }

    public static int PathCreateDirectory(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = Walk(guest, fd, Rights.CreateDirectory, path, length, follow: false, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        if (walk.Node is not null) return (int)Errno.Exists;
        if (walk.Parent!.IsReadOnly) return (int)Errno.ReadOnly;
        if (!VirtualTree.HasDepth(walk.Parent, null)) return (int)Errno.NameTooLong;
        return (int)Enter(guest.Host, walk, guest.Host.Tree.MakeDirectory(guest.Host.Now));
    }

    public static int PathRemoveDirectory(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = Walk(guest, fd, Rights.RemoveDirectory, path, length, follow: false, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        if (walk.Node is null) return (int)Errno.NoEntry;
        if (walk.Node.Kind != VirtualKind.Directory) return (int)Errno.NotDirectory;
        if (walk.Parent is null || walk.EndsInDots) return (int)Errno.Invalid;
        if (walk.Parent.IsReadOnly) return (int)Errno.ReadOnly;
        if (walk.Node.Children.Count > 0) return (int)Errno.NotEmpty;
        guest.Host.Tree.Remove(walk.Parent, walk.Name, guest.Host.Now);
        return (int)Errno.Success;
    }

    public static int PathUnlinkFile(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = Walk(guest, fd, Rights.UnlinkFile, path, length, follow: false, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        if (walk.Node is null) return (int)Errno.NoEntry;
        if (walk.Node.Kind == VirtualKind.Directory) return (int)Errno.IsDirectory;
        if (walk.MustBeDirectory) return (int)Errno.NotDirectory;
        if (walk.Node.IsReadOnly) return (int)Errno.ReadOnly;
        guest.Host.Tree.Remove(walk.Parent!, walk.Name, guest.Host.Now);
        return (int)Errno.Success;
    }

    public static int PathRename(
        int fd, int path, int length, int newFd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = Walk(guest, fd, Rights.RenameSource, path, length, follow: false, out PathWalk from);
        if (errno != Errno.Success) return (int)errno;
        errno = Walk(guest, newFd, Rights.RenameTarget, newPath, newLength, follow: false, out PathWalk to);
        if (errno != Errno.Success) return (int)errno;
        errno = MayRename(from, to);
        if (errno != Errno.Success || from.Node == to.Node) return (int)errno;
        VirtualTree tree = guest.Host.Tree;
        if (to.Node is not null) tree.Remove(to.Parent!, to.Name, guest.Host.Now);
        // Held while it has no name, so that it is not forgotten on its way.
        VirtualNode moved = from.Node!;
        tree.Opened(moved);
        tree.Remove(from.Parent!, from.Name, guest.Host.Now);
        tree.Add(to.Parent!, to.Name, moved, guest.Host.Now);
        tree.Closed(moved);
        return (int)Errno.Success;
    }

    public static int PathLink(
        int fd, int lookup, int path, int length, int newFd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = WalkToNode(guest, fd, Rights.LinkSource, path, length, (lookup & FollowFlag) != 0, out PathWalk from);
        if (errno != Errno.Success) return (int)errno;
        errno = Walk(guest, newFd, Rights.LinkTarget, newPath, newLength, follow: false, out PathWalk to);
        if (errno != Errno.Success) return (int)errno;
        if (from.Node!.Kind == VirtualKind.Directory) return (int)Errno.NotPermitted;
        if (to.Node is not null) return (int)Errno.Exists;
        if (to.MustBeDirectory) return (int)Errno.NoEntry;
        if (to.Parent!.IsReadOnly) return (int)Errno.ReadOnly;
        // A read-only directory is another file system.
        if (from.Node.IsReadOnly) return (int)Errno.CrossDevice;
        guest.Host.Tree.Add(to.Parent, to.Name, from.Node, guest.Host.Now);
        return (int)Errno.Success;
    }

    public static int PathSymlink(int path, int length, int fd, int newPath, int newLength, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = Walk(guest, fd, Rights.Symlink, newPath, newLength, follow: false, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        errno = PathWalk.Decode(guest.Bytes(path, length), out string target);
        if (errno != Errno.Success) return (int)errno;
        if (walk.Node is not null) return (int)Errno.Exists;
        if (walk.MustBeDirectory) return (int)Errno.NoEntry;
        if (walk.Parent!.IsReadOnly) return (int)Errno.ReadOnly;
        if (!VirtualTree.HasDepth(walk.Parent, null)) return (int)Errno.NameTooLong;
        return (int)Enter(guest.Host, walk, guest.Host.Tree.MakeLink(target, guest.Host.Now));
    }

    /// <summary>As in POSIX, a text that does not fit is cut.</summary>
    public static int PathReadlink(int fd, int path, int length, int buffer, int bufferLength, int used, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Errno errno = WalkToNode(guest, fd, Rights.ReadLink, path, length, follow: false, out PathWalk walk);
        if (errno != Errno.Success) return (int)errno;
        if (walk.Node!.Kind != VirtualKind.Link) return (int)Errno.Invalid;
        Span<byte> target = guest.Bytes(buffer, bufferLength);
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(walk.Node.Target);
        int count = Math.Min(text.Length, target.Length);
        text[..count].CopyTo(target);
        guest.Write(used, count);
        return (int)Errno.Success;
    }

    private static Errno MayCreate(PathWalk walk, int how)
    {
        if ((how & Create) == 0) return Errno.NoEntry;
        if (walk.Parent!.IsReadOnly) return Errno.ReadOnly;
        if (walk.MustBeDirectory || (how & Directory) != 0) return Errno.Invalid;
        return VirtualTree.HasDepth(walk.Parent, null) ? Errno.Success : Errno.NameTooLong;
    }

    private static Errno MayOpen(PathWalk walk, int how, Rights wanted, bool exclusive)
    {
        VirtualNode node = walk.Node!;
        if (exclusive) return Errno.Exists;
        if (node.Kind == VirtualKind.Link) return Errno.Loop;
        bool changes = (wanted & Rights.Changing) != 0 || (how & Truncate) != 0;
        if (node.Kind == VirtualKind.Directory)
        {
            return (how & Truncate) != 0 || (changes && (how & Directory) == 0) ? Errno.IsDirectory : Errno.Success;
        }

        if ((how & Directory) != 0 || walk.MustBeDirectory) return Errno.NotDirectory;
        return node.IsReadOnly && changes ? Errno.ReadOnly : Errno.Success;
    }

    private static Errno Enter(WasiHost host, PathWalk walk, VirtualNode? made)
    {
        if (made is null) return Errno.NoSpace;
        host.Tree.Add(walk.Parent!, walk.Name, made, host.Now);
        return Errno.Success;
    }

    private static Errno MayRename(PathWalk from, PathWalk to)
    {
        if (from.Node is null) return Errno.NoEntry;
        if (from.Parent is null || to.Parent is null || from.EndsInDots || to.EndsInDots) return Errno.Invalid;
        if (from.Parent.IsReadOnly || to.Parent.IsReadOnly) return Errno.ReadOnly;
        if (from.Node.Kind != VirtualKind.Directory)
        {
            if (to.Node is { Kind: VirtualKind.Directory }) return Errno.IsDirectory;
            return to.MustBeDirectory || from.MustBeDirectory ? Errno.NotDirectory : Errno.Success;
        }

        // A directory under itself would be out of reach of everything.
        if (from.Node != to.Node && VirtualTree.IsWithin(to.Parent, from.Node)) return Errno.Invalid;
        if (to.Node is not null && to.Node.Kind != VirtualKind.Directory) return Errno.NotDirectory;
        if (to.Node is { Children.Count: > 0 } && to.Node != from.Node) return Errno.NotEmpty;
        return VirtualTree.HasDepth(to.Parent, from.Node) ? Errno.Success : Errno.NameTooLong;
    }

    private static Errno WalkToNode(GuestView guest, int fd, Rights needed, int path, int length, bool follow, out PathWalk walk)
    {
        Errno errno = Walk(guest, fd, needed, path, length, follow, out walk);
        if (errno != Errno.Success) return errno;
        if (walk.Node is null) return Errno.NoEntry;
        return walk.MustBeDirectory && walk.Node.Kind != VirtualKind.Directory ? Errno.NotDirectory : Errno.Success;
    }

    private static Errno Walk(GuestView guest, int fd, Rights needed, int path, int length, bool follow, out PathWalk walk)
    {
        walk = null!;
        if (guest.Host.Find(fd) is not { } descriptor) return Errno.BadDescriptor;
        if (descriptor.Node is not { Kind: VirtualKind.Directory } directory) return Errno.NotDirectory;
        if ((descriptor.Rights & needed) != needed) return Errno.NotCapable;
        Span<byte> bytes = guest.Bytes(path, length);
        guest.Host.ChargeBytes(Math.Min(bytes.Length, VirtualTree.PathBytesMax) * 8L);
        walk = PathWalk.Walk(directory, bytes, follow);
        return walk.Errno;
    }
}
