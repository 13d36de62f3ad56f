using System;
using System.Collections.Immutable;
using System.IO;
using System.Security.Cryptography;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>Writes a run's outputs as they come, and hashes what it writes. Names and lengths were checked by the transcript.</summary>
internal sealed class SandboxOutputWriter(SandboxFolder folder) : IDisposable
{
    private readonly ImmutableArray<SandboxOutput>.Builder _done = ImmutableArray.CreateBuilder<SandboxOutput>();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private FileStream? _file;
    private string _name = string.Empty;

    /// <summary>False where the path goes through a file, as "a/b" after "a".</summary>
    public bool TryBegin(string name)
    {
        Finish();
        string? path = folder.OutputPath(name);
        Invariant.Holds(path is not null);
        string? parent = Path.GetDirectoryName(path);
        Invariant.Holds(parent is not null);
        if (Directory.Exists(path) || IsUnderFile(parent)) return false;
        Directory.CreateDirectory(parent);
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024);
        _name = name;
        return true;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(_file is not null);
        _hash.AppendData(bytes);
        _file.Write(bytes);
    }

    public ImmutableArray<SandboxOutput> Complete()
    {
        Finish();
        return _done.ToImmutable();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hash.Dispose();
    }

    private bool IsUnderFile(string parent)
    {
        for (string? at = parent; at is not null && at.Length > folder.Path.Length; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(at)) return true;
        }

        return false;
    }

    private void Finish()
    {
        if (_file is null) return;
        _done.Add(new SandboxOutput(_name, _file.Length, new Hash256(_hash.GetHashAndReset())));
        _file.Dispose();
        _file = null;
    }
}
