using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Actors;

/// <summary>Where an actor stands in its system's tree: <c>/consensus/sync</c>; the root guardian is <c>/</c>.</summary>
public readonly record struct ActorPath : IComparable<ActorPath>
{
    private readonly string? _text;

    private ActorPath(string text) => _text = text;

    public static ActorPath Root => new("/");

    /// <summary>A path that was made here before.</summary>
    internal static ActorPath Known(string text) => new(text);

    /// <summary>The last segment; empty for the root.</summary>
    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    private string Text => _text ?? "/";

    public ActorPath Child(string name)
    {
        Invariant.Holds(IsName(name));
        return new ActorPath(Text.Length == 1 ? "/" + name : Text + "/" + name);
    }

    /// <summary>Names are letters, digits and <c>- _ . : $</c>: they appear in logs and status pages as they are.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > Limits.TextCharactersMax) return false;
        foreach (char letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ':' or '$')) return false;
        }

        return true;
    }

    public int CompareTo(ActorPath other) => string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;
}
