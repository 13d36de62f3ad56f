using System;
using System.Collections.Immutable;
using System.IO;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>Writes a run's outputs as they come, and hashes what it writes. Names and lengths were checked by the transcript.</summary>
internal sealed class ProcessOutputWriter(SandboxFolder folder) : IDisposable
{
    private readonly ImmutableArray<ProcessOutput>.Builder _done = ImmutableArray.CreateBuilder<ProcessOutput>();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _file;
    private string _name = string.Empty;

    public void Begin(string name)
    {
        Finish();
        string? path = folder.OutputPath(name);
        Invariant.Holds(path is not null);
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024);
        _name = name;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(_file is not null);
        _hash.AppendData(bytes);
        _file.Write(bytes);
    }

    public ImmutableArray<ProcessOutput> Complete()
    {
        Finish();
        return _done.ToImmutable();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hash.Dispose();
    }

    private void Finish()
    {
        if (_file is null) return;
        _done.Add(new ProcessOutput(_name, _file.Length, new Hash256(_hash.GetHashAndReset())));
        _file.Dispose();
        _file = null;
    }
}
