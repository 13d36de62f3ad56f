using System;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using NodeRuntime.Client.Files;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Client.Jobs;

/// <summary>
/// What one job brings home, in a folder for its owner alone: <c>stdout.log</c>, <c>stderr.log</c>, <c>out/NAME</c> and
/// <c>receipt.cbor</c>. Everything is hashed while it is written. Output names passed the codec's check: none leaves the folder.
/// </summary>
internal sealed class JobFolder : IDisposable
{
    private const string OutputsName = "out";
    private const string PartSuffix = ".part";

    private readonly string _path;
    private Sink? _output;
    private Sink? _error;
    private Sink? _file;
    private ImmutableSortedDictionary<string, ContentRef> _stored = ImmutableSortedDictionary<string, ContentRef>.Empty.WithComparers(StringComparer.Ordinal);

    public JobFolder(string path)
    {
        _path = path;
        PrivateFiles.CreateFolder(path);
        PrivateFiles.CreateFolder(Path.Combine(path, OutputsName));
        _output = new Sink(Path.Combine(path, "stdout.log"));
        _error = new Sink(Path.Combine(path, "stderr.log"));
    }

    public string ReceiptPath => Path.Combine(_path, "receipt.cbor");

    public void AppendLog(bool isError, ReadOnlySpan<byte> bytes) => (isError ? _error : _output)!.Append(bytes);

    /// <summary>Pieces of one file come in order, one file after the other.</summary>
    public void AppendOutput(string name, ulong offset, ReadOnlySpan<byte> bytes)
    {
        Invariant.Holds(JobSpec.IsFileName(name));
        if (offset == 0)
        {
            FinishFile();
            _file = new Sink(Path.Combine(_path, OutputsName, name + PartSuffix)) { Name = name };
        }

        Invariant.Holds(_file is not null && _file.Name == name);
        Invariant.Holds(_file.Length == offset);
        _file.Append(bytes);
    }

    /// <summary>Compares what was stored with what the result says; null where all of it is as it should be.</summary>
    public string? Check(JobResult result)
    {
        FinishFile();
        if (Close(ref _output) != result.StandardOutput) return "standard output is not what the result says";
        if (Close(ref _error) != result.StandardError) return "standard error is not what the result says";
        foreach (JobInput output in result.Outputs)
        {
            if (output.Content.Length == 0)
            {
                string empty = Path.Combine(_path, OutputsName, output.Name);
                PrivateFiles.Write(empty, []);
                if (output.Content.Hash != Hasher.Sha256([])) return $"output {output.Name} is empty, its hash is not";
                continue;
            }

            if (!_stored.TryGetValue(output.Name, out ContentRef stored)) return $"output {output.Name} did not come";
            if (stored != output.Content) return $"output {output.Name} is not what the result says";
        }

        // Only what was checked gets its name.
        foreach (string name in _stored.Keys)
        {
            string path = Path.Combine(_path, OutputsName, name);
            File.Move(path + PartSuffix, path, overwrite: true);
        }

        return null;
    }

    public ImmutableArray<string> OutputsOf(JobResult result) =>
        [.. result.Outputs.Select(output => Path.Combine(_path, OutputsName, output.Name))];

    public void Dispose()
    {
        _output?.Dispose();
        _error?.Dispose();
        _file?.Dispose();
    }

    private void FinishFile()
    {
        if (_file is null) return;
        string name = _file.Name;
        _stored = _stored.SetItem(name, Close(ref _file));
    }

    private static ContentRef Close(ref Sink? sink)
    {
        Invariant.Holds(sink is not null);
        ContentRef content = sink.Finish();
        sink.Dispose();
        sink = null;
        return content;
    }

    private sealed class Sink(string path) : IDisposable
    {
        private readonly FileStream _stream = PrivateFiles.Create(path);
        private readonly ContentHasher _hasher = new();

        public string Name { get; init; } = string.Empty;

        public ulong Length => _hasher.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            _stream.Write(bytes);
            _stream.Flush();
            _hasher.Append(bytes);
        }

        public ContentRef Finish()
        {
            ulong length = _hasher.Length;
            return new ContentRef(_hasher.Finish(), length);
        }

        public void Dispose()
        {
            _stream.Dispose();
            _hasher.Dispose();
        }
    }
}
