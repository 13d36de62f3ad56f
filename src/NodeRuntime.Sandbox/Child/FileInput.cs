using System;
using System.IO;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Wasm;

namespace NodeRuntime.Sandbox.Child;

/// <summary>An input that stays on disk: a gigabyte of it costs a guest only what it reads.</summary>
internal sealed class FileInput(string path) : IGuestInput, IDisposable
{
    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.None);

    public long Length => RandomAccess.GetLength(_file);

    public int Read(long offset, Span<byte> buffer) => RandomAccess.Read(_file, buffer, offset);

    public void Dispose() => _file.Dispose();
}
