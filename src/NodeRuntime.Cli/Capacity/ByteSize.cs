using System;
using System.Globalization;

namespace NodeRuntime.Cli.Capacity;

/// <summary>Numbers of bytes as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Ending, int Shift)[] Endings = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10), ("B", 0)];

    /// <summary>A whole number and KiB, MiB, GiB or TiB behind it; without one, bytes.</summary>
    public static long Parse(string option, string text)
    {
        (string digits, int shift) = (text, 0);
        foreach ((string ending, int bits) in Endings)
        {
            if (!text.EndsWith(ending, StringComparison.Ordinal)) continue;
            (digits, shift) = (text[..^ending.Length], bits);
            break;
        }

        bool isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue >> shift;
        return isNumber
            ? number << shift
            : throw new CliException(ExitCode.Usage, "Usage", $"{option}: '{text}' is no number of bytes", "write one such as 64KiB, 512MiB or 1GiB");
    }

    /// <summary>"1.5 GiB".</summary>
    public static string Text(long bytes)
    {
        foreach ((string ending, int bits) in Endings)
        {
            if (bytes >= 1L << bits) return string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << bits):0.##} {ending}");
        }

        return "0 B";
    }
}
