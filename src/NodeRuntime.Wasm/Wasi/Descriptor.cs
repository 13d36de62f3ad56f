namespace NodeRuntime.Wasm.Wasi;

/// <summary>What a file descriptor stands for.</summary>
internal enum DescriptorKind
{
    Input,
    Output,
    Error,
    Node,
}

/// <summary>One open file descriptor.</summary>
internal sealed class Descriptor(DescriptorKind kind, VirtualNode? node)
{
    public DescriptorKind Kind { get; } = kind;

    public VirtualNode? Node { get; } = node;

    /// <summary>The name of a directory that was open from the start, such as "/in".</summary>
    public string? Preopen { get; init; }

    public Rights Rights { get; set; }

    /// <summary>The most that path_open gives to what it opens below this directory.</summary>
    public Rights Inheriting { get; set; }

    public long Position { get; set; }

    /// <summary>append, dsync, nonblock, rsync, sync: kept and given back; only append (1) changes what a write does.</summary>
    public int Flags { get; set; }

    /// <summary>
    /// A directory's entries as they were when its listing was last begun, so that a cookie keeps its meaning while entries come and go.
    /// </summary>
    public DirectoryEntry[]? Listing { get; set; }
}

/// <summary>A line of a directory's listing.</summary>
internal readonly record struct DirectoryEntry(string Name, ulong Inode, VirtualKind Kind);
