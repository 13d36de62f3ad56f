using System;
using System.Buffers.Binary;
using System.Text;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What is done with a descriptor of any kind, and the listing of directories.</summary>
internal static class DescriptorCalls
{
    private const int FlagsMask = 0x1F;
    private const int DirectoryEntryBytes = 24;

    public static int FdClose(int fd, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is null) return (int)Errno.BadDescriptor;
        guest.Host.Close(fd);
        return (int)Errno.Success;
    }

    /// <summary>Memory is always in step with itself.</summary>
    public static int FdSync(int fd, Instance instance, int depth) => (int)GuestView.Enter(instance).Find(fd, Rights.Sync, out _);

    public static int FdDatasync(int fd, Instance instance, int depth) => (int)GuestView.Enter(instance).Find(fd, Rights.DataSync, out _);

    public static int FdFdstatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        Span<byte> stat = guest.Bytes(result, 24);
        stat.Clear();
        stat[0] = FileType(descriptor.Node?.Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(stat[2..], (ushort)descriptor.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[8..], (ulong)descriptor.Rights);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[16..], (ulong)descriptor.Inheriting);
        return (int)Errno.Success;
    }

    public static int FdFdstatSetFlags(int fd, int flags, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Find(fd, Rights.SetFlags, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        if ((flags & ~FlagsMask) != 0) return (int)Errno.Invalid;
        descriptor.Flags = flags;
        return (int)Errno.Success;
    }

    /// <summary>Rights can be given up, never taken.</summary>
    public static int FdFdstatSetRights(int fd, long rights, long inheriting, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        var wanted = (Rights)unchecked((ulong)rights);
        var handed = (Rights)unchecked((ulong)inheriting);
        if ((wanted & ~descriptor.Rights) != 0 || (handed & ~descriptor.Inheriting) != 0) return (int)Errno.NotCapable;
        descriptor.Rights = wanted;
        descriptor.Inheriting = handed;
        return (int)Errno.Success;
    }

    public static int FdFilestatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Find(fd, Rights.Stat, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        WriteStat(guest, result, descriptor.Node);
        return (int)Errno.Success;
    }

    public static int FdFilestatSetTimes(int fd, long access, long modified, int flags, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Find(fd, Rights.SetTimes, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        return (int)SetTimes(guest, descriptor.Node!, access, modified, flags);
    }

    public static int FdPrestatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd)?.Preopen is not { } name) return (int)Errno.BadDescriptor;
        guest.Write(result, 0);
        guest.Write(unchecked(result + 4), Encoding.UTF8.GetByteCount(name));
        return (int)Errno.Success;
    }

    public static int FdPrestatDirName(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd)?.Preopen is not { } name) return (int)Errno.BadDescriptor;
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        if (unchecked((uint)length) < (uint)bytes.Length) return (int)Errno.NameTooLong;
        bytes.CopyTo(guest.Bytes(path, bytes.Length));
        return (int)Errno.Success;
    }

    /// <summary>
    /// A cookie is a place in the listing, which is taken anew when it is read from its beginning. An entry that does not fit is given in
    /// part, and the caller asks again.
    /// </summary>
    public static int FdReaddir(int fd, int buffer, int length, long cookie, int used, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        if (descriptor.Node is not { Kind: VirtualKind.Directory } directory) return (int)Errno.NotDirectory;
        if ((descriptor.Rights & Rights.ReadDirectory) == 0) return (int)Errno.NotCapable;
        Span<byte> target = guest.Bytes(buffer, length);
        DirectoryEntry[] listing = cookie == 0 || descriptor.Listing is null ? descriptor.Listing = List(directory) : descriptor.Listing;
        guest.Host.ChargeBytes(target.Length + (listing.Length * 8L));
        int filled = 0;
        for (ulong i = unchecked((ulong)cookie); i < (ulong)listing.Length && filled < target.Length; i++)
        {
            DirectoryEntry line = listing[i];
            byte[] name = Encoding.UTF8.GetBytes(line.Name);
            byte[] entry = new byte[DirectoryEntryBytes + name.Length];
            BinaryPrimitives.WriteUInt64LittleEndian(entry, i + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), line.Inode);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(16), name.Length);
            entry[20] = FileType(line.Kind);
            name.CopyTo(entry.AsSpan(DirectoryEntryBytes));
            int count = Math.Min(entry.Length, target.Length - filled);
            entry.AsSpan(0, count).CopyTo(target[filled..]);
            filled += count;
        }

        guest.Write(used, filled);
        return (int)Errno.Success;
    }

    public static int FdRenumber(int from, int to, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(from) is null || guest.Host.Find(to) is null) return (int)Errno.BadDescriptor;
        if (from != to) guest.Host.Renumber(from, to);
        return (int)Errno.Success;
    }

    public static void WriteStat(GuestView guest, int address, VirtualNode? node)
    {
        Span<byte> stat = guest.Bytes(address, 64);
        stat.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(stat, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[8..], node?.Inode ?? 0);
        stat[16] = FileType(node?.Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[24..], (ulong)(node?.Names ?? 1));
        BinaryPrimitives.WriteInt64LittleEndian(stat[32..], node?.Size ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[40..], node?.Accessed ?? guest.Host.StartNanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[48..], node?.Modified ?? guest.Host.StartNanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[56..], node?.Changed ?? guest.Host.StartNanoseconds);
    }

    public static Errno SetTimes(GuestView guest, VirtualNode node, long access, long modified, int flags)
    {
        const int Access = 1, AccessNow = 2, Modified = 4, ModifiedNow = 8;
        if ((flags & ~0xF) != 0 || (flags & (Access | AccessNow)) == (Access | AccessNow)
            || (flags & (Modified | ModifiedNow)) == (Modified | ModifiedNow))
        {
            return Errno.Invalid;
        }

        if (node.IsReadOnly) return Errno.ReadOnly;
        if ((flags & Access) != 0) node.Accessed = unchecked((ulong)access);
        if ((flags & AccessNow) != 0) node.Accessed = guest.Host.Now;
        if ((flags & Modified) != 0) node.Modified = unchecked((ulong)modified);
        if ((flags & ModifiedNow) != 0) node.Modified = guest.Host.Now;
        node.Changed = guest.Host.Now;
        return Errno.Success;
    }

    private static DirectoryEntry[] List(VirtualNode directory)
    {
        var listing = new DirectoryEntry[directory.Children.Count + 2];
        listing[0] = new DirectoryEntry(".", directory.Inode, VirtualKind.Directory);
        // Above a directory that was open from the start there is nothing.
        listing[1] = new DirectoryEntry("..", (directory.Parent ?? directory).Inode, VirtualKind.Directory);
        int next = 2;
        foreach ((string name, VirtualNode node) in directory.Children) listing[next++] = new DirectoryEntry(name, node.Inode, node.Kind);
        return listing;
    }

    /// <summary>A stream has no type: it is no terminal, so that C libraries buffer it whole.</summary>
    private static byte FileType(VirtualKind? kind) => kind switch
    {
        VirtualKind.Directory => 3,
        VirtualKind.File => 4,
        VirtualKind.Link => 7,
        null => 0,
    };
}
