using System;
using System.Buffers.Binary;
using System.IO;

namespace NodeRuntime.Watch.Linux;

/// <summary>A netlink socket that listens to groups (netlink(7)).</summary>
internal sealed unsafe class Netlink : IDisposable
{
    public const int Connector = 11;
    public const int SocketDiagnosis = 4;
    public const int HeadByteCount = 16;

    private const int Family = 16;
    private const int RawNonBlockingClosed = 3 | 0x80800;
    private const int SocketLevel = 1;
    private const int ReceiveBuffer = 8;
    private const int ReceiveBufferForced = 33;

    // A hundred thousand events of a storm, where the kernel lets us.
    private const int BufferBytes = 8 << 20;

    private readonly byte[] _buffer = new byte[64 * 1024];

    /// <exception cref="IOException">This kernel, or this user, may not.</exception>
    public Netlink(int protocol, uint groups)
    {
        Descriptor = Libc.Socket(Family, RawNonBlockingClosed, protocol);
        if (Descriptor < 0) throw new IOException(Libc.LastReason);
        int size = BufferBytes;
        if (Libc.SetOption(Descriptor, SocketLevel, ReceiveBufferForced, &size, sizeof(int)) != 0)
        {
            _ = Libc.SetOption(Descriptor, SocketLevel, ReceiveBuffer, &size, sizeof(int));
        }

        // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups; }
        byte* address = stackalloc byte[12];
        Span<byte> bytes = new(address, 12);
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Family);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], groups);
        if (Libc.Bind(Descriptor, address, 12) == 0) return;
        string reason = Libc.LastReason;
        _ = Libc.Close(Descriptor);
        throw new IOException(reason);
    }

    public int Descriptor { get; }

    public void Send(ReadOnlySpan<byte> message)
    {
        fixed (byte* bytes = message)
        {
            if (Libc.Send(Descriptor, bytes, message.Length, 0) != message.Length) throw new IOException(Libc.LastReason);
        }
    }

    /// <summary>Everything that waits; each message with its head.</summary>
    /// <returns>False where the kernel had to drop some.</returns>
    public bool Read(Action<ReadOnlyMemory<byte>> heard)
    {
        bool isWhole = true;
        while (true)
        {
            int count = Libc.ReadAvailable(Descriptor, _buffer, out int error);
            if (error != 0) isWhole = false;
            if (count == 0 && error != Libc.NoBuffers) return isWhole;
            int at = 0;
            while (count - at >= HeadByteCount)
            {
                int length = BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(at));
                if (length < HeadByteCount || length > count - at) break;
                heard(_buffer.AsMemory(at, length));
                at += (length + 3) & ~3;
            }
        }
    }

    public void Dispose() => _ = Libc.Close(Descriptor);
}
