using System;
using System.Buffers.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>Arguments, environment, clock, random numbers, exit.</summary>
internal static class ProcessCalls
{
    /// <summary>The clock's rate is given in units for a nanosecond: it has no finer resolution.</summary>
    private const ulong Resolution = 1;

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
        guest.Write(result, Resolution);
        return (int)Errno.Success;
    }

    public static int ClockTimeGet(int clock, long precision, int result, Instance instance, int depth)
    {
        GuestView guest = GuestView.Enter(instance);
        if (clock is < 0 or > 3) return (int)Errno.Invalid;
        guest.Write(result, clock switch
        {
            0 => guest.Host.Now,
            1 => guest.Host.Elapsed,
            // Of the process and of its thread: a sleeper works not.
            _ => guest.Host.Worked,
        });
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

    /// <summary>What POSIX does by default: nothing, or the end of the process with the code that shells show for it.</summary>
    public static int ProcRaise(int signal, Instance instance, int depth)
    {
        GuestView.Enter(instance);
        switch (signal)
        {
            // none; chld, cont, urg and winch are ignored.
            case 0 or 16 or 17 or 22 or 27:
                return (int)Errno.Success;
            // stop, tstp, ttin, ttou: nobody could wake the guest again.
            case >= 18 and <= 21:
                return (int)Errno.NotSupported;
            case > 0 and <= 30:
                throw new ExitException(128 + signal);
            default:
                return (int)Errno.Invalid;
        }
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
