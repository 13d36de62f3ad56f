using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Protocol;

/// <summary>
/// The names of a job's files, which come from strangers and become paths: one plain component, no separator of any system, no dot
/// name, no control character, nothing that has no encoding. What passes cannot leave its folder.
/// </summary>
internal static class JobFileName
{
    /// <summary>What Linux file systems take.</summary>
    private const int BytesMax = 255;

    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > Limits.FileNameCharactersMax || name is "." or "..") return false;
        foreach (Rune character in name.EnumerateRunes())
        {
            // Half a surrogate pair is enumerated as the replacement character, and would make two names one.
            if (character == Rune.ReplacementChar || Rune.IsControl(character)) return false;
            if (character.Value is '/' or '\\' or ':') return false;
        }

        return Encoding.UTF8.GetByteCount(name) <= BytesMax;
    }
}
