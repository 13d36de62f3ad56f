namespace NodeRuntime.Wasm.Traces;

/// <summary>What a digest of a trace is of; the hasher puts it into the hash first.</summary>
public enum TraceDomain
{
    /// <summary>4 KiB of guest memory.</summary>
    Page,

    /// <summary>Two digests of a tree's level below.</summary>
    Node,

    /// <summary>One part of the machine's state, as it is written.</summary>
    Part,

    /// <summary>All parts of the state, or the end of a run.</summary>
    State,

    /// <summary>A checkpoint and the one before it.</summary>
    Link,

    /// <summary>A stream's digest so far and the bytes that follow.</summary>
    Stream,
}
