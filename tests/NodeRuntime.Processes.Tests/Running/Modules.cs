using System.Collections.Generic;
using System.Text;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>Small WASI commands, written byte by byte: one memory, one function <c>_start</c>.</summary>
internal static class Modules
{
    /// <summary><c>loop br 0 end</c></summary>
    public static byte[] Endless { get; } = Command(1, [0x03, 0x40, 0x0C, 0x00, 0x0B]);

    /// <summary>Grows by 64 pages and fills all it has, until it gets no more; then <c>unreachable</c>.</summary>
    public static byte[] MemoryBomb { get; } = Command(
        1,
        [
            0x02, 0x40, 0x03, 0x40,
            0x41, 0xC0, 0x00, 0x40, 0x00, 0x41, 0x7F, 0x46, 0x0D, 0x01,
            0x41, 0x00, 0x41, 0x01, 0x3F, 0x00, 0x41, 0x10, 0x74, 0x41, 0x01, 0x6B, 0xFC, 0x0B, 0x00,
            0x0C, 0x00, 0x0B, 0x0B, 0x00,
        ]);

    /// <summary>Asks for 1,024 MiB before its first instruction.</summary>
    public static byte[] Greedy { get; } = Command(16_384, [0x01]);

    /// <summary>The magic number, a version, and then nonsense.</summary>
    public static byte[] Garbage { get; } = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0x0A, 0x33];

    /// <summary>Counts so far down and returns: <c>i64.const n; local.set 0; loop (local.tee 0 (local.get 0 - 1)) != 0 br_if 0 end</c></summary>
    public static byte[] Busy(long iterations) => Command(
        1, [0x42, .. Signed(iterations), 0x21, 0x00, 0x03, 0x40, 0x20, 0x00, 0x42, 0x01, 0x7D, 0x22, 0x00, 0x50, 0x45, 0x0D, 0x00, 0x0B]);

    /// <summary>Prints a line on its output and one on its errors, by fd_write, and then counts down as <see cref="Busy"/> does.</summary>
    public static byte[] Talker(string output, string error, long iterations)
    {
        byte[] said = Encoding.UTF8.GetBytes(output + error);
        int first = Encoding.UTF8.GetByteCount(output);
        byte[] code =
        [
            .. Print(1, 32, first), .. Print(2, 32 + first, said.Length - first),
            0x42, .. Signed(iterations), 0x21, 0x00, 0x03, 0x40, 0x20, 0x00, 0x42, 0x01, 0x7D, 0x22, 0x00, 0x50, 0x45, 0x0D, 0x00, 0x0B,
        ];
        byte[] body = [0x01, 0x01, 0x7E, .. code, 0x0B];
        List<byte> module = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];
        Section(module, 1, [0x02, 0x60, 0x00, 0x00, 0x60, 0x04, 0x7F, 0x7F, 0x7F, 0x7F, 0x01, 0x7F]);
        Section(module, 2, [0x01, .. Name("wasi_snapshot_preview1"), .. Name("fd_write"), 0x00, 0x01]);
        Section(module, 3, [0x01, 0x00]);
        Section(module, 5, [0x01, 0x00, 0x01]);
        Section(module, 7, [0x02, .. Name("memory"), 0x02, 0x00, .. Name("_start"), 0x00, 0x01]);
        Section(module, 10, [0x01, .. Unsigned(body.Length), .. body]);
        Section(module, 11, [0x01, 0x00, 0x41, 0x20, 0x0B, .. Unsigned(said.Length), .. said]);
        return [.. module];
    }

    // The vector of one piece is written at address 0, the count of bytes comes back at 8.
    private static byte[] Print(int descriptor, int address, int length) =>
    [
        0x41, 0x00, 0x41, .. Signed(address), 0x36, 0x02, 0x00, 0x41, 0x00, 0x41, .. Signed(length), 0x36, 0x02, 0x04,
        0x41, .. Signed(descriptor), 0x41, 0x00, 0x41, 0x01, 0x41, 0x08, 0x10, 0x00, 0x1A,
    ];

    private static byte[] Command(int pages, byte[] code)
    {
        byte[] body = [0x01, 0x01, 0x7E, .. code, 0x0B];
        List<byte> module = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];
        Section(module, 1, [0x01, 0x60, 0x00, 0x00]);
        Section(module, 3, [0x01, 0x00]);
        Section(module, 5, [0x01, 0x00, .. Unsigned(pages)]);
        Section(module, 7, [0x02, .. Name("memory"), 0x02, 0x00, .. Name("_start"), 0x00, 0x00]);
        Section(module, 10, [0x01, .. Unsigned(body.Length), .. body]);
        return [.. module];
    }

    private static void Section(List<byte> module, byte id, byte[] content)
    {
        module.Add(id);
        module.AddRange(Unsigned(content.Length));
        module.AddRange(content);
    }

    private static byte[] Name(string name) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static byte[] Unsigned(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)((value & 0x7F) | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Signed(long value)
    {
        List<byte> bytes = [];
        for (; value is < -64 or > 63; value >>= 7) bytes.Add((byte)((value & 0x7F) | 0x80));
        bytes.Add((byte)(value & 0x7F));
        return [.. bytes];
    }
}
