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

    public bool CanRead { get; init; }

    public bool CanWrite { get; init; }

    public long Position { get; set; }

    /// <summary>append, dsync, nonblock, rsync, sync: kept and given back; only append (1) changes what a write does.</summary>
    public int Flags { get; set; }
}
