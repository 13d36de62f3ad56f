using System;
using System.Collections.Generic;
using System.IO;
using NodeRuntime.Primitives;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>
/// A module of a wanted size out of a real one: its functions again and again, each copy with an index of its own, so that all must be
/// read, validated and emitted, and the first way through it is the real program's.
/// </summary>
internal static class LargeModule
{
    private const int HeaderBytes = 8;
    private const int FunctionSection = 3;
    private const int CodeSection = 10;

    public static byte[] Make(string file, int bytes)
    {
        byte[] real = File.ReadAllBytes(file);
        int copies = 0;
        byte[] made = real;
        while (made.Length < bytes) made = Repeat(real, ++copies);
        return made;
    }

    private static byte[] Repeat(byte[] real, int copies)
    {
        List<byte> made = [.. real.AsSpan(0, HeaderBytes)];
        for (int at = HeaderBytes; at < real.Length;)
        {
            int id = real[at++];
            int length = Number(real, ref at);
            ReadOnlySpan<byte> content = real.AsSpan(at, length);
            at += length;
            if (id is not (FunctionSection or CodeSection))
            {
                Section(made, id, content);
                continue;
            }

            int start = 0;
            int count = Number(content.ToArray(), ref start);
            List<byte> repeated = [];
            Put(repeated, count * (copies + 1));
            for (int i = 0; i <= copies; i++) repeated.AddRange(content[start..]);
            Section(made, id, repeated.ToArray());
        }

        return [.. made];
    }

    private static void Section(List<byte> to, int id, ReadOnlySpan<byte> content)
    {
        to.Add((byte)id);
        Put(to, content.Length);
        to.AddRange(content);
    }

    /// <summary>An unsigned LEB128 number.</summary>
    private static int Number(byte[] from, ref int at)
    {
        int value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = from[at++];
            value |= (part & 0x7F) << shift;
            if (part < 0x80) return value;
            Invariant.Holds(shift < 28);
        }
    }

    private static void Put(List<byte> to, int value)
    {
        for (; value >= 0x80; value >>= 7) to.Add((byte)((value & 0x7F) | 0x80));
        to.Add((byte)value);
    }
}
