using System;

namespace NodeRuntime.Posture.State;

/// <summary>What kind of thing of a machine is watched: the first key of its place in the state tree.</summary>
public enum ThingClass
{
    /// <summary>Its path is the file's; its value a <see cref="FileValue"/>.</summary>
    File = 1,

    /// <summary>A program that runs, by its path; it is one thing however many processes run it, and in no state tree.</summary>
    Process = 2,

    /// <summary>A listening socket: <c>tcp/127.0.0.1:26600</c>, <c>tcp6/[::]:22</c>.</summary>
    Socket = 3,

    /// <summary>A setting of the kernel, as <c>net.ipv4.ip_forward</c>; its value is what the kernel says.</summary>
    Sysctl = 4,
    Module = 5,

    /// <summary>By the place where it is mounted.</summary>
    Mount = 6,
    User = 7,
    Group = 8,

    /// <summary>Of this process, by name: module version id and SHA-256 of its file.</summary>
    Assembly = 9,

    /// <summary>A native library that is mapped into this process, by its path.</summary>
    Library = 10,

    /// <summary>A switch of this process's runtime: collector, compilation, debugging.</summary>
    Environment = 11,

    /// <summary>The use of a class of data, by actor and number of the event: told by the events, and in no state tree.</summary>
    Use = 12,

    /// <summary>Another peer, by its id, and what it answers when it is challenged: in no state tree.</summary>
    Peer = 13,
}

/// <summary>Classes as people write them.</summary>
public static class ThingClassWords
{
    private static readonly string[] Words = ["file", "process", "socket", "sysctl", "module", "mount", "user", "group", "assembly", "library", "environment", "use", "peer"];

    public static string All => string.Join(", ", Words);

    public static string Of(ThingClass thingClass) => Words[(int)thingClass - 1];

    /// <summary>Null for a word that is no class's.</summary>
    public static ThingClass? TryParse(string? word)
    {
        int at = Array.IndexOf(Words, word);
        return at < 0 ? null : (ThingClass)(at + 1);
    }
}
