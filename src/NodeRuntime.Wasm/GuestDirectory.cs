using System.Collections.Immutable;

namespace NodeRuntime.Wasm;

/// <summary>
/// A directory that a guest finds open at its start, or as it left it behind. Names are paths below it, such as <c>a.txt</c> or
/// <c>tables/a.csv</c>; the folders on the way to a file need not be listed.
/// </summary>
/// <param name="Path">How the guest calls it, such as <c>/data</c> or <c>.</c>.</param>
public sealed record GuestDirectory(string Path)
{
    /// <summary>Otherwise every change answers EROFS.</summary>
    public bool IsWritable { get; init; }

    public ImmutableArray<GuestFile> Files { get; init; } = [];

    public ImmutableArray<string> Folders { get; init; } = [];

    public ImmutableArray<GuestLink> Links { get; init; } = [];
}

/// <summary>A symbolic link. One that leads out of its directory leads nowhere.</summary>
public sealed record GuestLink(string Name, string Target);
