using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What is done with an open descriptor.</summary>
internal static class FileCalls
{
    private const int BuffersMax = 1_024;
    private const ulong AllRights = (1UL << 29) - 1;
    private const ulong SeekAndTell = (1UL << 2) | (1UL << 5);
    private const int DirectoryEntryBytes = 24;

    public static int FdAdvise(int fd, long offset, long length, int advice, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return (int)(guest.Host.Find(fd)?.Node is null ? Errno.BadDescriptor : Errno.Success);
    }

    public static int FdAllocate(int fd, long offset, long length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanWrite: true, Node: { } file }) return (int)Errno.BadDescriptor;
        if (offset < 0 || length <= 0 || offset > Array.MaxLength || length > Array.MaxLength) return (int)Errno.Invalid;
        guest.Host.ChargeBytes(length);
        return (int)(offset + length <= file.WrittenLength ? Errno.Success : guest.Host.Resize(file, offset + length));
    }

    public static int FdClose(int fd, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is null) return (int)Errno.BadDescriptor;
        guest.Host.Close(fd);
        return (int)Errno.Success;
    }

    /// <summary>fd_sync and fd_datasync: memory is always in step with itself.</summary>
    public static int FdSync(int fd, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return (int)(guest.Host.Find(fd) is null ? Errno.BadDescriptor : Errno.Success);
    }

    public static int FdFdstatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        Span<byte> stat = guest.Bytes(result, 24);
        stat.Clear();
        stat[0] = FileType(descriptor.Node);
        BinaryPrimitives.WriteUInt16LittleEndian(stat[2..], (ushort)descriptor.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[8..], descriptor.Node is null ? AllRights & ~SeekAndTell : AllRights);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[16..], AllRights);
        return (int)Errno.Success;
    }

    public static int FdFdstatSetFlags(int fd, int flags, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        if ((flags & ~0x1F) != 0) return (int)Errno.Invalid;
        descriptor.Flags = flags;
        return (int)Errno.Success;
    }

    public static int FdFdstatSetRights(int fd, long rights, long inheriting, Instance instance, int depth) =>
        FdSync(fd, instance, depth);

    public static int FdFilestatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        WriteStat(guest, result, descriptor.Node);
        return (int)Errno.Success;
    }

    public static int FdFilestatSetSize(int fd, long size, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanWrite: true, Node: { } file }) return (int)Errno.BadDescriptor;
        if (size < 0) return (int)Errno.Invalid;
        guest.Host.ChargeBytes(Math.Max(0, size - file.WrittenLength));
        return (int)guest.Host.Resize(file, size);
    }

    /// <summary>Every file bears the job's start time, whatever the guest says: a file's time is not part of its content.</summary>
    public static int FdFilestatSetTimes(int fd, long access, long modified, int flags, Instance instance, int depth) =>
        FdSync(fd, instance, depth);

    public static int FdRead(int fd, int buffers, int count, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanRead: true } descriptor) return (int)WhyNot(guest.Host.Find(fd));
        long start = descriptor.Position;
        Errno errno = ReadAll(guest, descriptor, start, buffers, count, out int total);
        if (errno == Errno.Success)
        {
            if (descriptor.Node is not null) descriptor.Position = start + total;
            guest.Write(result, total);
        }

        return (int)errno;
    }

    public static int FdPread(int fd, int buffers, int count, long offset, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanRead: true } descriptor) return (int)WhyNot(guest.Host.Find(fd));
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if (offset < 0) return (int)Errno.Invalid;
        Errno errno = ReadAll(guest, descriptor, offset, buffers, count, out int total);
        if (errno == Errno.Success) guest.Write(result, total);
        return (int)errno;
    }

    public static int FdWrite(int fd, int buffers, int count, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanWrite: true } descriptor) return (int)WhyNot(guest.Host.Find(fd));
        bool append = (descriptor.Flags & 1) != 0 && descriptor.Node is not null;
        long start = append ? descriptor.Node!.WrittenLength : descriptor.Position;
        Errno errno = WriteAll(guest, descriptor, start, buffers, count, out int total);
        if (errno == Errno.Success)
        {
            if (descriptor.Node is not null) descriptor.Position = start + total;
            guest.Write(result, total);
        }

        return (int)errno;
    }

    public static int FdPwrite(int fd, int buffers, int count, long offset, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { CanWrite: true } descriptor) return (int)WhyNot(guest.Host.Find(fd));
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if (offset < 0) return (int)Errno.Invalid;
        Errno errno = WriteAll(guest, descriptor, offset, buffers, count, out int total);
        if (errno == Errno.Success) guest.Write(result, total);
        return (int)errno;
    }

    public static int FdSeek(int fd, long offset, int whence, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if (descriptor.Node.Kind == VirtualKind.Directory) return (int)Errno.BadDescriptor;
        Int128 from = whence switch
        {
            0 => 0,
            1 => descriptor.Position,
            2 => descriptor.Node.Size,
            _ => -1,
        };
        Int128 place = from + offset;
        if (from < 0 || place < 0 || place > long.MaxValue) return (int)Errno.Invalid;
        descriptor.Position = (long)place;
        guest.Write(result, (ulong)descriptor.Position);
        return (int)Errno.Success;
    }

    public static int FdTell(int fd, int result, Instance instance, int depth) => FdSeek(fd, 0, 1, result, instance, depth);

    public static int FdPrestatGet(int fd, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd)?.Preopen is not { } name) return (int)Errno.BadDescriptor;
        guest.Write(result, 0);
        guest.Write(unchecked(result + 4), name.Length);
        return (int)Errno.Success;
    }

    public static int FdPrestatDirName(int fd, int path, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd)?.Preopen is not { } name) return (int)Errno.BadDescriptor;
        if (unchecked((uint)length) < (uint)name.Length) return (int)Errno.NameTooLong;
        Encoding.ASCII.GetBytes(name, guest.Bytes(path, name.Length));
        return (int)Errno.Success;
    }

    public static int FdReaddir(int fd, int buffer, int length, long cookie, int used, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (guest.Host.Find(fd)?.Node is not { } directory) return (int)Errno.BadDescriptor;
        if (directory.Kind != VirtualKind.Directory) return (int)Errno.NotDirectory;
        Span<byte> target = guest.Bytes(buffer, length);
        var names = new List<string> { ".", ".." };
        names.AddRange(directory.Children.Keys);
        guest.Host.ChargeBytes(target.Length + (names.Count * 8L));
        int filled = 0;
        for (long i = Math.Max(0, cookie); i < names.Count && filled < target.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(names[(int)i]);
            VirtualNode node = i < 2 ? directory : directory.Children[names[(int)i]];
            byte[] entry = new byte[DirectoryEntryBytes + name.Length];
            BinaryPrimitives.WriteInt64LittleEndian(entry, i + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(8), node.Inode);
            BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(16), name.Length);
            entry[20] = FileType(node);
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
        stat[16] = FileType(node);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[24..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(stat[32..], node?.Size ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[40..], guest.Host.StartNanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[48..], guest.Host.StartNanoseconds);
        BinaryPrimitives.WriteUInt64LittleEndian(stat[56..], guest.Host.StartNanoseconds);
    }

    /// <summary>A stream has no type: it is no terminal, so that C libraries buffer it whole.</summary>
    private static byte FileType(VirtualNode? node) => node is null ? (byte)0 : node.Kind == VirtualKind.Directory ? (byte)3 : (byte)4;

    private static Errno WhyNot(Descriptor? descriptor) =>
        descriptor?.Node?.Kind == VirtualKind.Directory ? Errno.IsDirectory : Errno.BadDescriptor;

    private static Errno ReadAll(GuestView guest, Descriptor descriptor, long offset, int buffers, int count, out int total)
    {
        total = 0;
        if (count is < 0 or > BuffersMax) return Errno.Invalid;
        for (int i = 0; i < count; i++)
        {
            Span<byte> buffer = guest.Buffer(buffers, i);
            if (buffer.Length > int.MaxValue - total) return Errno.Invalid;
            int filled = 0;
            while (filled < buffer.Length)
            {
                int read = descriptor.Node is null
                    ? guest.Host.ReadInput(descriptor, buffer[filled..])
                    : descriptor.Node.Read(offset + total, buffer[filled..]);
                if (read == 0) break;
                filled += read;
                total += read;
            }

            guest.Host.ChargeBytes(filled + 8);
            if (filled < buffer.Length) break;
        }

        return Errno.Success;
    }

    private static Errno WriteAll(GuestView guest, Descriptor descriptor, long offset, int buffers, int count, out int total)
    {
        total = 0;
        if (count is < 0 or > BuffersMax) return Errno.Invalid;
        for (int i = 0; i < count; i++)
        {
            Span<byte> buffer = guest.Buffer(buffers, i);
            if (buffer.Length > int.MaxValue - total) return Errno.Invalid;
            guest.Host.ChargeBytes(buffer.Length + 8);
            if (descriptor.Node is null)
            {
                guest.Host.WriteStream(descriptor.Kind, buffer);
            }
            else
            {
                Errno errno = guest.Host.WriteFile(descriptor.Node, offset + total, buffer);
                if (errno != Errno.Success) return errno;
            }

            total += buffer.Length;
        }

        return Errno.Success;
    }
}
