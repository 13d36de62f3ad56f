using System;
using System.Globalization;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// C2SP's tlog-checkpoint: origin, size and root of the calendar, a line each, and no other. The origin names the chain by its genesis hash, so that a
/// checkpoint of one chain is none of another.
/// </summary>
public sealed record Checkpoint(string Origin, ulong Size, Hash256 Root)
{
    private const string OriginStart = "noderuntime.calendar/";

    public string Text => Origin + "\n" + Size.ToString(CultureInfo.InvariantCulture) + "\n" + Convert.ToBase64String(Root.AsSpan()) + "\n";

    public static string OriginOf(ChainId chain) => OriginStart + chain.ToString();

    /// <summary>Null where a note's text is no checkpoint; extension lines are refused.</summary>
    public static Checkpoint? TryParse(string text)
    {
        string[] lines = text.Split('\n');
        if (lines.Length != 4 || lines[0].Length == 0 || lines[3].Length != 0) return null;
        if (!TryNumber(lines[1], out ulong size)) return null;
        if (SignedNote.TryBase64(lines[2], Hash256.ByteCount) is not { Length: Hash256.ByteCount } root) return null;
        return new Checkpoint(lines[0], size, new Hash256(root));
    }

    /// <summary>A decimal number without sign, space or leading zeros.</summary>
    internal static bool TryNumber(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
