using System;
using System.Globalization;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.State;

/// <summary>
/// What a file is, as a thing's value: <c>f 0644 0 0 SHA-256</c>. Kind (f file, d directory, l link, o other), permission bits in octal, owner, group, and the SHA-256
/// of its content; of a link, of where it points. Nothing of time: a file that was only touched is what it was.
/// </summary>
/// <param name="Mode">The twelve permission bits.</param>
/// <param name="Content">Null for what has none, or too much of it to be read.</param>
public sealed record FileValue(char Kind, uint Mode, uint Owner, uint Group, Hash256? Content)
{
    private const string NoContent = "-";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Kind} {Convert.ToString(Mode, 8).PadLeft(4, '0')} {Owner} {Group} {Content?.ToString() ?? NoContent}");

    /// <summary>Null for text that is none.</summary>
    public static FileValue? TryParse(string? text)
    {
        string[] parts = text?.Split(' ') ?? [];
        if (parts.Length != 5 || parts[0].Length != 1 || !TryParseOctal(parts[1], out uint mode)) return null;
        if (!uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint owner)) return null;
        if (!uint.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out uint group)) return null;
        if (parts[4] == NoContent) return new FileValue(parts[0][0], mode, owner, group, null);
        return Hash256.TryParse(parts[4], out Hash256 content) ? new FileValue(parts[0][0], mode, owner, group, content) : null;
    }

    /// <summary>Permission bits as people write them: one to five octal digits, at most 7777.</summary>
    public static bool TryParseOctal(string text, out uint mode)
    {
        mode = 0;
        if (text.Length is < 1 or > 5) return false;
        foreach (char c in text)
        {
            if (c is < '0' or > '7') return false;
            mode = (mode * 8) + (uint)(c - '0');
        }

        return mode <= 0xFFF;
    }
}
