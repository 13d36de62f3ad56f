using System;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What is done with the content of an open file or stream.</summary>
internal static class FileCalls
{
    private const int BuffersMax = 1_024;
    private const int AppendFlag = 1;
    private const int AdviceMax = 5;

    public static int FdAdvise(int fd, long offset, long length, int advice, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Find(guest, fd, Rights.Advise, out _) is var errno && errno != Errno.Success) return (int)errno;
        return (int)(offset < 0 || length < 0 || advice is < 0 or > AdviceMax ? Errno.Invalid : Errno.Success);
    }

    public static int FdAllocate(int fd, long offset, long length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Find(guest, fd, Rights.Allocate, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        if (offset < 0 || length <= 0) return (int)Errno.Invalid;
        if (offset > Array.MaxLength || length > Array.MaxLength) return (int)Errno.FileTooBig;
        guest.Host.ChargeBytes(length);
        VirtualNode file = descriptor.Node!;
        return (int)(offset + length <= file.Size ? Errno.Success : guest.Host.Tree.Resize(file, offset + length, guest.Host.Now));
    }

    public static int FdFilestatSetSize(int fd, long size, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (Find(guest, fd, Rights.SetSize, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        if (size < 0) return (int)Errno.Invalid;
        guest.Host.ChargeBytes(Math.Max(0, size - descriptor.Node!.WrittenLength));
        return (int)guest.Host.Tree.Resize(descriptor.Node, size, guest.Host.Now);
    }

    public static int FdRead(int fd, int buffers, int count, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (FindContent(guest, fd, Rights.Read, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        long start = descriptor.Position;
        errno = ReadAll(guest, descriptor, start, buffers, count, out int total);
        if (errno != Errno.Success) return (int)errno;
        if (descriptor.Node is not null) descriptor.Position = start + total;
        guest.Write(result, total);
        return (int)Errno.Success;
    }

    public static int FdPread(int fd, int buffers, int count, long offset, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (FindContent(guest, fd, Rights.Read, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if ((descriptor.Rights & Rights.Seek) == 0) return (int)Errno.NotCapable;
        if (offset < 0) return (int)Errno.Invalid;
        errno = ReadAll(guest, descriptor, offset, buffers, count, out int total);
        if (errno == Errno.Success) guest.Write(result, total);
        return (int)errno;
    }

    public static int FdWrite(int fd, int buffers, int count, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (FindContent(guest, fd, Rights.Write, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        bool append = (descriptor.Flags & AppendFlag) != 0 && descriptor.Node is not null;
        long start = append ? descriptor.Node!.Size : descriptor.Position;
        errno = WriteAll(guest, descriptor, start, buffers, count, out int total);
        if (errno != Errno.Success) return (int)errno;
        if (descriptor.Node is not null) descriptor.Position = start + total;
        guest.Write(result, total);
        return (int)Errno.Success;
    }

    public static int FdPwrite(int fd, int buffers, int count, long offset, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (FindContent(guest, fd, Rights.Write, out Descriptor descriptor) is var errno && errno != Errno.Success) return (int)errno;
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if ((descriptor.Rights & Rights.Seek) == 0) return (int)Errno.NotCapable;
        if (offset < 0) return (int)Errno.Invalid;
        errno = WriteAll(guest, descriptor, offset, buffers, count, out int total);
        if (errno == Errno.Success) guest.Write(result, total);
        return (int)errno;
    }

    public static int FdSeek(int fd, long offset, int whence, int result, Instance instance, int depth) =>
        Seek(GuestView.Enter(instance), fd, offset, whence, result, Rights.Seek);

    public static int FdTell(int fd, int result, Instance instance, int depth) =>
        Seek(GuestView.Enter(instance), fd, 0, 1, result, Rights.Tell);

    private static int Seek(GuestView guest, int fd, long offset, int whence, int result, Rights needed)
    {
        if (guest.Host.Find(fd) is not { } descriptor) return (int)Errno.BadDescriptor;
        if (descriptor.Node is null) return (int)Errno.NotSeekable;
        if (descriptor.Node.Kind == VirtualKind.Directory) return (int)Errno.BadDescriptor;
        // Whoever may seek may also ask where.
        if ((descriptor.Rights & (needed | Rights.Seek)) == 0) return (int)Errno.NotCapable;
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

    /// <summary>A descriptor of a file.</summary>
    private static Errno Find(GuestView guest, int fd, Rights needed, out Descriptor descriptor)
    {
        descriptor = guest.Host.Find(fd)!;
        if (descriptor is null) return Errno.BadDescriptor;
        if (descriptor.Node is null) return Errno.NotSeekable;
        if (descriptor.Node.Kind == VirtualKind.Directory) return Errno.BadDescriptor;
        return (descriptor.Rights & needed) == needed ? Errno.Success : Errno.NotCapable;
    }

    /// <summary>A descriptor of a file or stream.</summary>
    private static Errno FindContent(GuestView guest, int fd, Rights needed, out Descriptor descriptor)
    {
        Errno errno = guest.Find(fd, needed, out descriptor);
        return errno == Errno.NotCapable && descriptor.Node?.Kind == VirtualKind.Directory ? Errno.IsDirectory : errno;
    }

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
                Errno errno = guest.Host.Tree.Write(descriptor.Node, offset + total, buffer, guest.Host.Now);
                if (errno != Errno.Success) return errno;
            }

            total += buffer.Length;
        }

        return Errno.Success;
    }
}
