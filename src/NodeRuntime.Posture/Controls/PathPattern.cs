using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Posture.Controls;

/// <summary>
/// Which paths a control is about: one, exactly; all in one place with <c>*</c>, which stands for any characters but a slash; or with <c>/**</c> at the end the
/// path before it and everything beneath. <c>**</c> alone is everything.
/// </summary>
public sealed record PathPattern
{
    private const string Beneath = "/**";

    private readonly bool _isTree;
    private readonly string _stem;

    private PathPattern(string text)
    {
        Text = text;
        _isTree = text == "**" || text.EndsWith(Beneath, StringComparison.Ordinal);
        _stem = text == "**" ? string.Empty : _isTree ? text[..^Beneath.Length] : text;
        int star = _stem.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) Root = _stem;
        else Root = _stem.LastIndexOf('/', star) is >= 0 and int slash ? _stem[..slash] : string.Empty;
    }

    public string Text { get; }

    /// <summary>Whether it stands for one path and no other.</summary>
    public bool IsExact => !_isTree && !_stem.Contains('*', StringComparison.Ordinal);

    /// <summary>Everything that matches is at or beneath this path.</summary>
    public string Root { get; }

    /// <summary>Null for text that is no pattern: empty, too long, or with <c>**</c> elsewhere than at the end.</summary>
    public static PathPattern? TryParse(string? text)
    {
        if (text is null || text.Length is 0 or > Limits.PosturePathCharactersMax) return null;
        if (text == "**") return new PathPattern(text);
        string stem = text.EndsWith(Beneath, StringComparison.Ordinal) ? text[..^Beneath.Length] : text;
        if (stem.Length == 0 || stem.Contains("**", StringComparison.Ordinal)) return null;
        foreach (char c in text)
        {
            if (c < ' ') return null;
        }

        return new PathPattern(text);
    }

    public bool Matches(string path)
    {
        if (!_isTree) return MatchesStem(path);
        if (_stem.Length == 0) return true;
        if (MatchesStem(path)) return true;
        for (int slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (MatchesStem(path.AsSpan(0, slash))) return true;
        }

        return false;
    }

    public override string ToString() => Text;

    // Greedy, going back to the last star alone: the time is bounded by the product of both lengths.
    private bool MatchesStem(ReadOnlySpan<char> path)
    {
        ReadOnlySpan<char> stem = _stem;
        int at = 0, of = 0, star = -1, mark = 0;
        while (at < path.Length)
        {
            if (of < stem.Length && stem[of] == '*')
            {
                star = of++;
                mark = at;
            }
            else if (of < stem.Length && stem[of] == path[at])
            {
                of++;
                at++;
            }
            else if (star >= 0 && path[mark] != '/')
            {
                of = star + 1;
                at = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (of < stem.Length && stem[of] == '*') of++;
        return of == stem.Length;
    }
}
