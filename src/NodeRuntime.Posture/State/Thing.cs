using System;

namespace NodeRuntime.Posture.State;

/// <summary>Something of a machine that can be as it should or not: ordered by class, then by path as bytes of UTF-16.</summary>
/// <param name="Path">Its name within the class; at most <see cref="Primitives.Limits.PosturePathCharactersMax"/> characters.</param>
public readonly record struct Thing(ThingClass Class, string Path) : IComparable<Thing>
{
    /// <summary>A value that could not be read: whoever judges it does not know.</summary>
    public const string Unreadable = "?";

    /// <summary>A value that was another, without anybody knowing which.</summary>
    public const string Altered = "!";

    public int CompareTo(Thing other)
    {
        int order = Class.CompareTo(other.Class);
        return order != 0 ? order : string.CompareOrdinal(Path, other.Path);
    }

    public override string ToString() => ThingClassWords.Of(Class) + " " + Path;
}
