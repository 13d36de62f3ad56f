using System;
using System.Buffers.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>Arguments, environment, clock, random numbers, exit.</summary>
internal static class ProcessCalls
{
    private const int SubscriptionBytes = 48;
    private const int EventBytes = 32;
    private const int SubscriptionsMax = 1_024;

    public static int ArgsSizesGet(int count, int bytes, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return Sizes(guest, guest.Host.Arguments, count, bytes);
    }

    public static int ArgsGet(int pointers, int buffer, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return Copy(guest, guest.Host.Arguments, pointers, buffer);
    }

    public static int EnvironSizesGet(int count, int bytes, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return Sizes(guest, guest.Host.Environment, count, bytes);
    }

    public static int EnvironGet(int pointers, int buffer, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        return Copy(guest, guest.Host.Environment, pointers, buffer);
    }

    public static int ClockResGet(int clock, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (clock is < 0 or > 3) return (int)Errno.Invalid;
        guest.Write(result, 1UL);
        return (int)Errno.Success;
    }

    public static int ClockTimeGet(int clock, long precision, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (clock is < 0 or > 3) return (int)Errno.Invalid;
        guest.Write(result, clock == 0 ? guest.Host.Now : guest.Host.Elapsed);
        return (int)Errno.Success;
    }

    public static int RandomGet(int buffer, int length, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        Span<byte> bytes = guest.Bytes(buffer, length);
        guest.Host.ChargeBytes(bytes.Length);
        guest.Host.Random.Fill(bytes);
        return (int)Errno.Success;
    }

    public static int SchedYield(Instance instance, int depth)
    {
        GuestView.Enter(instance);
        return (int)Errno.Success;
    }

    public static void ProcExit(int code, Instance instance, int depth)
    {
        GuestView.Enter(instance);
        throw new ExitException(code);
    }

    public static int ProcRaise(int signal, Instance instance, int depth)
    {
        GuestView.Enter(instance);
        return (int)Errno.NotSupported;
    }

    /// <summary>
    /// Files and streams are always ready. Where only clocks are waited for, the virtual clock jumps to the earliest: a sleeping guest
    /// costs its host no time.
    /// </summary>
    public static int PollOneoff(int subscriptions, int events, int count, int written, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (count is <= 0 or > SubscriptionsMax) return (int)Errno.Invalid;
        guest.Host.ChargeBytes(count * SubscriptionBytes);
        Span<byte> asked = guest.Bytes(subscriptions, count * SubscriptionBytes);
        ulong earliest = ulong.MaxValue;
        bool ready = false;
        for (int i = 0; i < count; i++)
        {
            Span<byte> one = asked.Slice(i * SubscriptionBytes, SubscriptionBytes);
            if (one[8] == 0) earliest = Math.Min(earliest, Wait(guest.Host, one));
            else ready = true;
        }

        if (!ready) guest.Host.Sleep(earliest);
        int given = 0;
        for (int i = 0; i < count; i++)
        {
            Span<byte> one = asked.Slice(i * SubscriptionBytes, SubscriptionBytes);
            bool clock = one[8] == 0;
            if (clock && (ready || Wait(guest.Host, one) > (IsAbsolute(one) ? 0 : earliest))) continue;
            Span<byte> result = guest.Bytes(unchecked(events + (given * EventBytes)), EventBytes);
            result.Clear();
            one[..8].CopyTo(result);
            result[10] = one[8];
            if (!clock) WriteReadiness(guest.Host, one, result);
            given++;
        }

        guest.Write(written, given);
        return (int)Errno.Success;
    }

    private static void WriteReadiness(WasiHost host, Span<byte> subscription, Span<byte> result)
    {
        Descriptor? descriptor = host.Find(BinaryPrimitives.ReadInt32LittleEndian(subscription[16..]));
        if (descriptor is null) BinaryPrimitives.WriteUInt16LittleEndian(result[8..], (ushort)Errno.BadDescriptor);
        else BinaryPrimitives.WriteUInt64LittleEndian(result[16..], 1);
    }

    private static bool IsAbsolute(Span<byte> subscription) => (subscription[40] & 1) != 0;

    /// <summary>Nanoseconds from now until a clock subscription is due.</summary>
    private static ulong Wait(WasiHost host, Span<byte> subscription)
    {
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
        if (!IsAbsolute(subscription)) return timeout;
        ulong now = BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]) == 0 ? host.Now : host.Elapsed;
        return timeout > now ? timeout - now : 0;
    }

    private static int Sizes(GuestView guest, byte[][] texts, int count, int bytes)
    {
        int total = 0;
        foreach (byte[] text in texts) total += text.Length;
        guest.Write(count, texts.Length);
        guest.Write(bytes, total);
        return (int)Errno.Success;
    }

    private static int Copy(GuestView guest, byte[][] texts, int pointers, int buffer)
    {
        foreach (byte[] text in texts)
        {
            guest.Host.ChargeBytes(text.Length);
            guest.Write(pointers, buffer);
            text.CopyTo(guest.Bytes(buffer, text.Length));
            pointers = unchecked(pointers + 4);
            buffer = unchecked(buffer + text.Length);
        }

        return (int)Errno.Success;
    }
}
