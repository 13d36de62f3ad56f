using System;
using System.Buffers.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// poll_oneoff. Files and streams are always ready. Where only clocks are waited for, the virtual clock jumps to the earliest: a sleeping
/// guest costs its host no time.
/// </summary>
internal static class PollCalls
{
    private const int SubscriptionBytes = 48;
    private const int EventBytes = 32;
    private const int SubscriptionsMax = 1_024;
    private const byte ClockTag = 0;
    private const byte ReadTag = 1;
    private const byte WriteTag = 2;
    private const ushort HangUp = 1;

    public static int PollOneoff(int subscriptions, int events, int count, int written, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (count is <= 0 or > SubscriptionsMax) return (int)Errno.Invalid;
        guest.Host.ChargeBytes(count * SubscriptionBytes);
        // A copy: the events may be written over what was asked.
        byte[] asked = guest.Bytes(subscriptions, count * SubscriptionBytes).ToArray();
        var waits = new ulong[count];
        ulong earliest = ulong.MaxValue;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = asked.AsSpan(i * SubscriptionBytes, SubscriptionBytes);
            if (one[8] > WriteTag) return (int)Errno.Invalid;
            waits[i] = one[8] == ClockTag && IsClock(one) ? Wait(guest.Host, one) : 0;
            earliest = Math.Min(earliest, waits[i]);
        }

        guest.Host.Sleep(earliest);
        int given = 0;
        for (int i = 0; i < count; i++)
        {
            if (waits[i] > earliest) continue;
            ReadOnlySpan<byte> one = asked.AsSpan(i * SubscriptionBytes, SubscriptionBytes);
            Span<byte> result = guest.Bytes(unchecked(events + (given * EventBytes)), EventBytes);
            result.Clear();
            one[..8].CopyTo(result);
            result[10] = one[8];
            if (one[8] != ClockTag) WriteReadiness(guest, one, result);
            else if (!IsClock(one)) WriteError(result, Errno.Invalid);
            given++;
        }

        guest.Write(written, given);
        return (int)Errno.Success;
    }

    private static void WriteReadiness(GuestView guest, ReadOnlySpan<byte> subscription, Span<byte> result)
    {
        bool reads = subscription[8] == ReadTag;
        int number = BinaryPrimitives.ReadInt32LittleEndian(subscription[16..]);
        Errno errno = guest.Find(number, Rights.Poll | (reads ? Rights.Read : Rights.Write), out Descriptor descriptor);
        if (errno != Errno.Success)
        {
            WriteError(result, errno);
            return;
        }

        // A writer may write any amount: 1 says that it may.
        long bytes = !reads ? 1
            : descriptor.Node is null ? guest.Host.InputLeft(descriptor)
            : Math.Max(0, descriptor.Node.Size - descriptor.Position);
        BinaryPrimitives.WriteInt64LittleEndian(result[16..], bytes);
        if (reads && descriptor.Node is null && bytes == 0) BinaryPrimitives.WriteUInt16LittleEndian(result[24..], HangUp);
    }

    private static void WriteError(Span<byte> result, Errno errno) => BinaryPrimitives.WriteUInt16LittleEndian(result[8..], (ushort)errno);

    private static bool IsClock(ReadOnlySpan<byte> subscription) => BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]) <= 3;

    /// <summary>Nanoseconds from now until a clock subscription is due.</summary>
    private static ulong Wait(WasiHost host, ReadOnlySpan<byte> subscription)
    {
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
        bool isAbsolute = (subscription[40] & 1) != 0;
        if (!isAbsolute) return timeout;
        ulong now = BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]) == 0 ? host.Now : host.Elapsed;
        return timeout > now ? timeout - now : 0;
    }
}
