using System;

namespace NodeRuntime.Posture.State;

/// <summary>All things of a class at and beneath a path; of every class where there is none, at every path where it is empty.</summary>
public readonly record struct Scope(ThingClass? Class, string Root)
{
    /// <summary>The whole machine.</summary>
    public static Scope All => new(null, string.Empty);

    public bool Holds(Thing thing) => (Class is null || Class == thing.Class) && IsAtOrBeneath(thing.Path, Root);

    /// <summary>Whether every thing of the other is one of this.</summary>
    public bool Covers(Scope other) => (Class is null || Class == other.Class) && IsAtOrBeneath(other.Root, Root);

    /// <summary>Whether a thing may be in both.</summary>
    public bool Touches(Scope other) =>
        (Class is null || other.Class is null || Class == other.Class) && (IsAtOrBeneath(other.Root, Root) || IsAtOrBeneath(Root, other.Root));

    private static bool IsAtOrBeneath(string path, string root)
    {
        if (root.Length == 0) return true;
        if (!path.StartsWith(root, StringComparison.Ordinal)) return false;
        return path.Length == root.Length || root[^1] == '/' || path[root.Length] == '/';
    }
}
