using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>What a dying process wrote to its standard error: the end of it, for a person, and never more than a line.</summary>
internal static class LastWords
{
    private const int BytesKept = 2048;

    /// <summary>Reads to the end, whatever the amount, and keeps the last bytes.</summary>
    public static async Task<string> ReadAsync(Stream pipe)
    {
        byte[] tail = new byte[2 * BytesKept];
        int length = 0;
        while (true)
        {
            int count = await pipe.ReadAsync(tail.AsMemory(length)).ConfigureAwait(false);
            if (count == 0) break;
            length += count;
            if (length <= BytesKept) continue;
            tail.AsSpan(length - BytesKept, BytesKept).CopyTo(tail);
            length = BytesKept;
        }

        return Printable(Encoding.UTF8.GetString(tail, 0, length));
    }

    /// <summary>One line without control characters, so that no terminal obeys it.</summary>
    public static string Printable(string text)
    {
        StringBuilder line = new();
        foreach (Rune character in text.EnumerateRunes())
        {
            if (line.Length >= Limits.TextCharactersMax) break;
            bool visible = !Rune.IsControl(character) && Rune.GetUnicodeCategory(character) != System.Globalization.UnicodeCategory.Format;
            if (visible) line.Append(character.ToString());
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }
}
