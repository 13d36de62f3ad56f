using System;
using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Sandbox.Tests;

/// <summary>
/// WebAssembly by hand: one memory, some WASI imports whose parameters are i32 (or i64 where the letter says so), data, and a
/// <c>_start</c> made of given instructions.
/// </summary>
internal static class TinyModule
{
    public const byte End = 0x0b;
    public const byte Drop = 0x1a;

    public static byte[] ThatExits(int code) => Make([("proc_exit", "i", false)], [.. Constant(code), .. Call(0)]);

    public static byte[] ThatLoopsForEver { get; } = Make([], [0x03, 0x40, 0x0c, 0x00, End]);

    public static byte[] ThatTraps { get; } = Make([], [0x00]);

    public static byte[] ThatStartsLarge(int pages) => Make([], [], pages);

    public static byte[] ThatImports(string name) => Make([(name, "i", false)], []);

    /// <summary>Writes a text to standard output, the same number of times as there are pages of nothing to do.</summary>
    public static byte[] ThatPrints(string text) => Make(
        [("fd_write", "iiii", true)],
        [.. Constant(1), .. Constant(0), .. Constant(1), .. Constant(8), .. Call(0), Drop],
        data: Described(text));

    public static byte[] ThatPrintsForEver(string text) => Make(
        [("fd_write", "iiii", true)],
        [0x03, 0x40, .. Constant(1), .. Constant(0), .. Constant(1), .. Constant(8), .. Call(0), Drop, 0x0c, 0x00, End],
        data: Described(text));

    /// <summary>Leaves a file of one letter in /out, which is the second directory a guest is given.</summary>
    public static byte[] ThatLeaves(string name) => Make(
        [("path_open", "iiiiiIIii", true), ("fd_write", "iiii", true)],
        [
            .. Constant(4), .. Constant(0), .. Constant(16), .. Constant(Encoding.UTF8.GetByteCount(name)), .. Constant(1),
            .. Constant64(1 << 6), .. Constant64(0), .. Constant(0), .. Constant(12), .. Call(0), Drop,
            .. Constant(12), 0x28, 2, 0, .. Constant(0), .. Constant(1), .. Constant(8), .. Call(1), Drop,
        ],
        data: [16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(name)]);

    // An iovec (address 16, length), a place for the count, the text.
    private static byte[] Described(string text) =>
        [16, 0, 0, 0, .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. new byte[8], .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Make((string Name, string Parameters, bool HasResult)[] imports, byte[] code, int pages = 1, byte[]? data = null)
    {
        List<byte> types = [.. Number(imports.Length + 1)];
        List<byte> imported = [.. Number(imports.Length)];
        for (int i = 0; i < imports.Length; i++)
        {
            types.AddRange([0x60, (byte)imports[i].Parameters.Length]);
            foreach (char parameter in imports[i].Parameters) types.Add(parameter == 'I' ? (byte)0x7e : (byte)0x7f);
            types.AddRange(imports[i].HasResult ? [1, 0x7f] : [0]);
            imported.AddRange([.. Name("wasi_snapshot_preview1"), .. Name(imports[i].Name), 0, (byte)i]);
        }

        types.AddRange([0x60, 0, 0]);
        byte[] body = [0, .. code, End];
        return
        [
            0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0,
            .. Section(1, [.. types]),
            .. Section(2, [.. imported]),
            .. Section(3, [1, (byte)imports.Length]),
            .. Section(5, [1, 0, .. Number(pages)]),
            .. Section(7, [2, .. Name("memory"), 2, 0, .. Name("_start"), 0, (byte)imports.Length]),
            .. Section(10, [1, .. Number(body.Length), .. body]),
            .. data is null ? [] : Section(11, [1, 0, .. Constant(0), End, .. Number(data.Length), .. data]),
        ];
    }

    private static byte[] Section(byte id, byte[] content) => [id, .. Number(content.Length), .. content];

    private static byte[] Name(string name) => [.. Number(name.Length), .. Encoding.UTF8.GetBytes(name)];

    private static byte[] Call(byte function) => [0x10, function];

    private static byte[] Constant(int value) => [0x41, .. Signed(value)];

    private static byte[] Constant64(long value) => [0x42, .. Signed(value)];

    // LEB128, as all of WebAssembly's integers.
    private static byte[] Number(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)((value & 0x7f) | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Signed(long value)
    {
        List<byte> bytes = [];
        while (value is < -64 or > 63)
        {
            bytes.Add((byte)((value & 0x7f) | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)(value & 0x7f));
        return [.. bytes];
    }
}
