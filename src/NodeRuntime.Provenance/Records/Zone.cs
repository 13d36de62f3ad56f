using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Records;

/// <summary>
/// Where something happened, as its operator says: two capital letters of ISO 3166-1 and, behind a dash, the operator's own word for the site in
/// small letters, digits and dashes: "EE", "EE-tallinn-1".
/// </summary>
public static class Zone
{
    public static bool IsZone(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > Limits.ZoneCharactersMax) return false;
        if (!char.IsAsciiLetterUpper(text[0]) || !char.IsAsciiLetterUpper(text[1])) return false;
        if (text.Length == 2) return true;
        if (text[2] != '-' || text.Length == 3) return false;
        foreach (char character in text[3..])
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character != '-') return false;
        }

        return true;
    }
}
