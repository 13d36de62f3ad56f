using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;

namespace NodeRuntime.Watch.Linux;

internal enum ProcessHappening
{
    Forked,
    Executed,
    Exited,
}

/// <summary>Who forks, executes and exits (linux/cn_proc.h). Old kernels want CAP_NET_ADMIN for it; newer ones let everybody listen.</summary>
internal sealed class ProcessConnector : IDisposable
{
    private const uint Group = 1;
    private const uint Listen = 1;

    // struct cn_msg { u32 idx, val, seq, ack; u16 len, flags; u8 data[]; }, behind the head of netlink
    private const int SequenceAt = Netlink.HeadByteCount + 8;
    private const int EventAt = Netlink.HeadByteCount + 20;

    // struct proc_event { u32 what, cpu; u64 timestamp; ... }
    private const int DataAt = EventAt + 16;

    private const uint Fork = 1;
    private const uint Exec = 2;
    private const uint Exit = 0x8000_0000;

    private readonly Netlink _link;
    private readonly Dictionary<uint, uint> _sequences = [];

    /// <exception cref="IOException">This kernel, or this user, may not.</exception>
    public ProcessConnector()
    {
        _link = new Netlink(Netlink.Connector, Group);
        Span<byte> ask = stackalloc byte[40];
        ask.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(ask, ask.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(ask[4..], 3);
        BinaryPrimitives.WriteUInt32LittleEndian(ask[16..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(ask[20..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(ask[32..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(ask[36..], Listen);
        try
        {
            _link.Send(ask);
        }
        catch
        {
            _link.Dispose();
            throw;
        }
    }

    public int Descriptor => _link.Descriptor;

    /// <summary>Everything that waits. Threads are left out: of a process the first tells.</summary>
    /// <param name="heard">What, the process, and of a fork the parent.</param>
    /// <returns>False where events were lost: the kernel dropped some, or a number of a processor's is missing.</returns>
    public bool Read(Action<ProcessHappening, int, int> heard)
    {
        bool isWhole = true;
        isWhole &= _link.Read(message =>
        {
            ReadOnlySpan<byte> bytes = message.Span;
            if (bytes.Length < DataAt + 16) return;
            uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(bytes[SequenceAt..]);
            uint what = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EventAt..]);
            uint processor = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(EventAt + 4)..]);
            if (_sequences.TryGetValue(processor, out uint before) && sequence != unchecked(before + 1)) isWhole = false;
            _sequences[processor] = sequence;
            int first = BinaryPrimitives.ReadInt32LittleEndian(bytes[DataAt..]);
            int second = BinaryPrimitives.ReadInt32LittleEndian(bytes[(DataAt + 4)..]);
            int third = BinaryPrimitives.ReadInt32LittleEndian(bytes[(DataAt + 8)..]);
            int fourth = BinaryPrimitives.ReadInt32LittleEndian(bytes[(DataAt + 12)..]);
            if (what == Fork && third == fourth) heard(ProcessHappening.Forked, fourth, second);
            else if (what == Exec) heard(ProcessHappening.Executed, second, 0);
            else if (what == Exit && first == second) heard(ProcessHappening.Exited, second, 0);
        });
        return isWhole;
    }

    public void Dispose() => _link.Dispose();
}
