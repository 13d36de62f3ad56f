using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Wasm;

namespace NodeRuntime.Cli.Wasm;

/// <summary>A file's bytes, opened at the first read: a folder may hold more files than a process may open.</summary>
internal sealed class FileContent(string path, long length) : IGuestInput, IDisposable
{
    private SafeFileHandle? _file;

    public long Length => length;

    public int Read(long offset, Span<byte> buffer)
    {
        _file ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return offset >= length ? 0 : RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, length - offset)], offset);
    }

    public void Dispose() => _file?.Dispose();
}
