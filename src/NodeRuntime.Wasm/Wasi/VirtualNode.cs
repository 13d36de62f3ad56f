using System;
using System.Collections.Generic;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What stands at a path of the guest's view.</summary>
internal enum VirtualKind
{
    Directory,
    File,
    Link,
}

/// <summary>One directory, file or symbolic link of the virtual tree. <see cref="VirtualTree"/> counts what changes it.</summary>
internal sealed class VirtualNode
{
    private byte[] _bytes = [];

    private VirtualNode(VirtualKind kind, ulong inode, bool readOnly)
    {
        Kind = kind;
        Inode = inode;
        IsReadOnly = readOnly;
    }

    public VirtualKind Kind { get; }

    public ulong Inode { get; }

    public bool IsReadOnly { get; }

    /// <summary>The directory that holds this one; null for a root and for what is no directory.</summary>
    public VirtualNode? Parent { get; set; }

    /// <summary>A directory's entries by name, in ordinal order: the order in which readdir gives them on every machine.</summary>
    public SortedDictionary<string, VirtualNode> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a symbolic link leads.</summary>
    public string Target { get; private init; } = "";

    /// <summary>The content of a file that the guest has not written to.</summary>
    public IGuestInput? Input { get; private set; }

    /// <summary>The directory entries that lead here.</summary>
    public int Names { get; set; }

    /// <summary>The descriptors that are open here.</summary>
    public int Opens { get; set; }

    /// <summary>Nanoseconds since 1970, as the three times behind it.</summary>
    public ulong Accessed { get; set; }

    public ulong Modified { get; set; }

    public ulong Changed { get; set; }

    public long Size => Kind == VirtualKind.Link ? Target.Length : Input?.Length ?? WrittenLength;

    public int WrittenLength { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, WrittenLength);

    public static VirtualNode Directory(ulong inode, bool readOnly) => new(VirtualKind.Directory, inode, readOnly);

    public static VirtualNode InputFile(ulong inode, bool readOnly, IGuestInput input) => new(VirtualKind.File, inode, readOnly) { Input = input };

    public static VirtualNode EmptyFile(ulong inode) => new(VirtualKind.File, inode, false);

    public static VirtualNode Link(ulong inode, bool readOnly, string target) => new(VirtualKind.Link, inode, readOnly) { Target = target };

    public int Read(long offset, Span<byte> buffer)
    {
        if (Input is not null) return offset >= Input.Length ? 0 : Input.Read(offset, buffer);
        if (offset >= WrittenLength) return 0;
        int count = (int)Math.Min(buffer.Length, WrittenLength - offset);
        _bytes.AsSpan((int)offset, count).CopyTo(buffer);
        return count;
    }

    /// <summary>The caller has made room by <see cref="Resize"/>.</summary>
    public void Write(int offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes.AsSpan(offset, bytes.Length));

    public void Resize(int length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(length, Math.Max(4096, _bytes.Length * 2L))));
        }

        if (length < WrittenLength) _bytes.AsSpan(length, WrittenLength - length).Clear();
        WrittenLength = length;
    }

    /// <summary>Takes the first bytes of the input as the guest's own, who is about to write.</summary>
    public void Own(int length)
    {
        if (Input is not { } input) return;
        byte[] bytes = new byte[length];
        int filled = 0;
        while (filled < length && input.Read(filled, bytes.AsSpan(filled)) is var count && count > 0) filled += count;
        Input = null;
        _bytes = bytes;
        WrittenLength = length;
    }
}
