using System;
using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// What a launcher started by root gives away: every capability, for good, and where the folders let it read them still, its user.
/// All of it on the calling thread, which is the one that execution keeps.
/// </summary>
internal static class Privileges
{
    private const nint PrDropBoundingCapability = 24;
    private const nint InvalidArgument = 22;
    private const nint ReadPermission = 4;
    private const nint EffectiveIds = 0x200;
    private const nint CurrentDirectory = -100;
    private const nint Keep = -1;

    /// <summary>The user of last resort, known to every system.</summary>
    private const int Nobody = 65_534;

    public static bool IsRoot => Kernel.Call(Syscalls.GetEUid).OrFail("geteuid") == 0;

    /// <summary>
    /// Takes the first of the users that this system knows and that can still read what the sandbox needs; stays where none can.
    /// Returns the user that is left.
    /// </summary>
    public static int BecomeOther(int preferred, IReadOnlyList<string> needed)
    {
        if (!Kernel.Call(Syscalls.SetGroups, 0, 0).Succeeded) return 0;
        foreach (int user in (ReadOnlySpan<int>)[preferred, Nobody])
        {
            if (!CanRead(user, needed)) continue;
            Kernel.Call(Syscalls.SetResGid, user, user, user).OrFail("setresgid");
            Kernel.Call(Syscalls.SetResUid, user, user, user).OrFail("setresuid");
            return user;
        }

        return 0;
    }

    /// <summary>Empties the bounding set, so that execution cannot give back what is dropped.</summary>
    public static void DropBoundingSet()
    {
        for (nint capability = 0; capability < 64; capability++)
        {
            KernelResult dropped = Kernel.Call(Syscalls.PrCtl, PrDropBoundingCapability, capability);
            if (dropped.Error == InvalidArgument) return;
            dropped.OrFail("drop capability " + capability);
        }
    }

    public static unsafe void DropCapabilities()
    {
        const uint version3 = 0x2008_0522;
        uint* header = stackalloc uint[2];
        header[0] = version3;
        header[1] = 0;
        uint* data = stackalloc uint[6];
        new Span<uint>(data, 6).Clear();
        Kernel.Call(Syscalls.CapSet, (nint)header, (nint)data).OrFail("capset");
    }

    // Asks by being that user for a moment: the kernel's answer counts every directory on the way, ours would forget one.
    private static unsafe bool CanRead(int user, IReadOnlyList<string> needed)
    {
        if (!Kernel.Call(Syscalls.SetResGid, Keep, user, Keep).Succeeded) return false;
        bool readable = Kernel.Call(Syscalls.SetResUid, Keep, user, Keep).Succeeded;
        foreach (string path in needed)
        {
            if (!readable) break;
            fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            {
                readable = Kernel.Call(Syscalls.FAccessAt2, CurrentDirectory, (nint)bytes, ReadPermission, EffectiveIds).Succeeded;
            }
        }

        Kernel.Call(Syscalls.SetResUid, Keep, 0, Keep).OrFail("setresuid");
        Kernel.Call(Syscalls.SetResGid, Keep, 0, Keep).OrFail("setresgid");
        return readable;
    }
}
