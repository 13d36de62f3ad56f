using System;
using System.Collections.Generic;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What stands at a path of the guest's view.</summary>
internal enum VirtualKind
{
    Directory,
    InputFile,
    OutputFile,
}

/// <summary>One directory or file of the virtual tree.</summary>
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

    /// <summary>A directory's entries, by name in byte order: the order in which readdir gives them on every machine.</summary>
    public SortedDictionary<string, VirtualNode> Children { get; } = new(StringComparer.Ordinal);

    public IGuestInput? Input { get; private init; }

    public long Size => Input?.Length ?? WrittenLength;

    public int WrittenLength { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, WrittenLength);

    public static VirtualNode Directory(ulong inode, bool readOnly) => new(VirtualKind.Directory, inode, readOnly);

    public static VirtualNode InputFile(ulong inode, IGuestInput input) => new(VirtualKind.InputFile, inode, true) { Input = input };

    public static VirtualNode OutputFile(ulong inode) => new(VirtualKind.OutputFile, inode, false);

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
}
