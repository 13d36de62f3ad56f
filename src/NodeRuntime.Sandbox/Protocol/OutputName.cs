using System;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>
/// The names of files that come from strangers. A name is a relative path of plain components: no empty one, no dot or
/// dot-dot, no backslash, no control character. What passes cannot leave its folder on any system.
/// </summary>
internal static class OutputName
{
    private const int ComponentBytesMax = 255;

    /// <summary>A path below a folder, as "report.csv" or "tables/a.csv".</summary>
    public static bool IsPath(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > Limits.OutputNameBytesMax) return false;
        foreach (Range component in name.AsSpan().Split('/'))
        {
            if (!IsComponent(name.AsSpan(component))) return false;
        }

        return true;
    }

    /// <summary>One component.</summary>
    public static bool IsComponent(ReadOnlySpan<char> name)
    {
        if (name.Length == 0 || name is "." or "..") return false;
        if (Encoding.UTF8.GetByteCount(name) > ComponentBytesMax) return false;
        foreach (Rune character in name.EnumerateRunes())
        {
            // Half a surrogate pair is enumerated as the replacement character, and would make two names one.
            if (character == Rune.ReplacementChar || character.Value is '/' or '\\' || Rune.IsControl(character)) return false;
        }

        return true;
    }
}
