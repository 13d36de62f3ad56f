using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System;

namespace NodeRuntime.Sandbox.Linux;

/// <summary>
/// Landlock (linux/landlock.h; Documentation/userspace-api/landlock.rst): a thread gives up every right to the file system, to TCP,
/// to abstract sockets and to signals beyond itself that a rule does not grant. What is granted here is reading alone:
/// a sandbox writes to its pipes and nowhere else. Rights a kernel does not know yet are left out by its ABI version;
/// opening for writing is known to the first.
/// </summary>
internal static class Landlock
{
    /// <summary>Read and map the content of a file.</summary>
    public const ulong ReadFile = 1 << 2;

    /// <summary>List a directory.</summary>
    public const ulong ReadDirectory = 1 << 3;

    public const ulong Execute = 1 << 0;

    private const nint CreateRulesetVersion = 1;
    private const nint RulePathBeneath = 1;

    /// <summary>The ABI version this kernel offers, or why it offers none.</summary>
    public static KernelResult Version() => Kernel.Call(Syscalls.LandlockCreateRuleset, 0, 0, CreateRulesetVersion);

    /// <summary>Everything an ABI can forbid, as the bytes of struct landlock_ruleset_attr of that version's length.</summary>
    public static byte[] RulesetAttributes(int abi)
    {
        // Version 1 knows 13 rights; 2 adds linking across directories, 3 truncation, 5 device control; 4 adds TCP, 6 the scopes.
        int rights = abi switch { <= 1 => 13, 2 => 14, 3 or 4 => 15, _ => 16 };
        ulong files = (1UL << rights) - 1;
        byte[] bytes = new byte[abi switch { < 4 => 8, < 6 => 16, _ => 24 }];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, files);
        if (abi >= 4) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), 0b11);
        if (abi >= 6) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), 0b11);
        return bytes;
    }

    /// <summary>
    /// Makes a ruleset and returns its descriptor. A path that does not exist grants nothing; one that cannot be opened otherwise stops
    /// the launch, as what follows would fail in a less readable way.
    /// </summary>
    public static unsafe nint Ruleset(int abi, IEnumerable<LandlockRule> rules)
    {
        byte[] attributes = RulesetAttributes(abi);
        nint ruleset;
        fixed (byte* pointer = attributes)
        {
            ruleset = Kernel.Call(Syscalls.LandlockCreateRuleset, (nint)pointer, attributes.Length).OrFail("landlock_create_ruleset");
        }

        foreach (LandlockRule rule in rules) Grant(ruleset, rule);
        return ruleset;
    }

    public static void RestrictThisThread(nint ruleset) =>
        Kernel.Call(Syscalls.LandlockRestrictSelf, ruleset).OrFail("landlock_restrict_self");

    private static unsafe void Grant(nint ruleset, LandlockRule rule)
    {
        const int currentDirectory = -100;
        const int pathOnly = 0x20_0000;
        const int closeOnExecute = 0x8_0000;
        const int noEntry = 2;
        nint file;
        fixed (byte* path = Encoding.UTF8.GetBytes(rule.Path + '\0'))
        {
            KernelResult opened = Kernel.Call(Syscalls.OpenAt, currentDirectory, (nint)path, pathOnly | closeOnExecute);
            if (opened.Error == noEntry) return;
            file = opened.OrFail("open " + rule.Path);
        }

        // struct landlock_path_beneath_attr { u64 allowed_access; s32 parent_fd; } packed. A right to list fits directories alone.
        byte[] attribute = new byte[12];
        ulong access = Directory.Exists(rule.Path) ? rule.Access : rule.Access & ~ReadDirectory;
        BinaryPrimitives.WriteUInt64LittleEndian(attribute, access);
        BinaryPrimitives.WriteInt32LittleEndian(attribute.AsSpan(8), (int)file);
        fixed (byte* pointer = attribute)
        {
            Kernel.Call(Syscalls.LandlockAddRule, ruleset, RulePathBeneath, (nint)pointer).OrFail("landlock_add_rule " + rule.Path);
        }

        Kernel.Call(Syscalls.Close, file).OrFail("close");
    }
}
