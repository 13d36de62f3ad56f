using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Persistence.Files;

// What a stranger names becomes a path here, so the rule of a job's file names is checked once more at the disk, with two
// additions that only a disk knows: 255 bytes at most, and text that is Unicode (a lone surrogate would be written as a
// replacement character, and two names would be one file).

internal static class FileNames
{
    private const int NameBytesMax = 255;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool IsFileName(string name)
    {
        if (name.Length is 0 or > Limits.FileNameCharactersMax || name is "." or "..") return false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c is '/' or '\\' or ':' || char.IsControl(c)) return false;
            if (!char.IsSurrogate(c)) continue;
            if (i + 1 >= name.Length || !char.IsSurrogatePair(c, name[i + 1])) return false;
            i++;
        }

        return Strict.GetByteCount(name) <= NameBytesMax;
    }
}
