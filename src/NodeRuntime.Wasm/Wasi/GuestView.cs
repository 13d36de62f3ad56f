using System;
using System.Buffers.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>A host function's view of its caller: the host's state and checked access to memory. A bad pointer is the guest's trap.</summary>
internal readonly ref struct GuestView
{
    private readonly LinearMemory _memory;

    private GuestView(WasiHost host, LinearMemory memory)
    {
        Host = host;
        _memory = memory;
    }

    public WasiHost Host { get; }

    /// <summary>Every host function begins here and pays.</summary>
    public static GuestView Enter(Instance instance)
    {
        instance.Store.EnterHost();
        return new GuestView((WasiHost)instance.Host!, instance.Memory!);
    }

    /// <summary>The descriptor, if it is open and has these rights.</summary>
    public Errno Find(int number, Rights needed, out Descriptor descriptor)
    {
        descriptor = Host.Find(number)!;
        if (descriptor is null) return Errno.BadDescriptor;
        return (descriptor.Rights & needed) == needed ? Errno.Success : Errno.NotCapable;
    }

    public unsafe Span<byte> Bytes(int address, int length)
    {
        uint count = unchecked((uint)length);
        byte* start = _memory.Pointer(unchecked((uint)address), count);
        if (count > int.MaxValue) throw new TrapException(Trap.OutOfBoundsMemory);
        return new Span<byte>(start, (int)count);
    }

    public int ReadInt32(int address) => BinaryPrimitives.ReadInt32LittleEndian(Bytes(address, 4));

    public void Write(int address, int value) => BinaryPrimitives.WriteInt32LittleEndian(Bytes(address, 4), value);

    public void Write(int address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Bytes(address, 8), value);

    /// <summary>The n-th buffer of a list of buffers (ciovec, iovec): an address and a length.</summary>
    public Span<byte> Buffer(int list, int index)
    {
        Span<byte> entry = Bytes(list, unchecked((index + 1) * 8)).Slice(index * 8, 8);
        return Bytes(BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[4..]));
    }
}
