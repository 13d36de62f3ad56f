using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// The machine that one guest sees: arguments, a clock, a stream of random numbers and two directories. <c>/in</c> holds the job's inputs
/// and cannot be changed; <c>/out</c> is in memory, counted, and what is left there is the job's output.
/// </summary>
internal sealed class WasiHost
{
    public const int DescriptorsMax = 256;
    public const int NodesMax = 4_096;
    public const int PathBytesMax = 4_096;
    public const int NameBytesMax = 255;
    public const int PathDepthMax = 64;

    private readonly WasiJob _job;
    private readonly Store _store;
    private readonly VirtualNode _out;
    private readonly Descriptor?[] _descriptors = new Descriptor?[DescriptorsMax];
    private readonly long _fuelMax;
    private ulong _inodes;
    private int _nodes;
    private long _outputBytes;
    private ulong _slept;

    public WasiHost(WasiJob job, Store store)
    {
        _job = job;
        _store = store;
        _fuelMax = store.Fuel;
        Random = new Prng(job.Seed);
        VirtualNode inputs = VirtualNode.Directory(++_inodes, readOnly: true);
        foreach (GuestFile file in job.Inputs) inputs.Children.Add(file.Name, VirtualNode.InputFile(++_inodes, file.Content));
        _out = VirtualNode.Directory(++_inodes, readOnly: false);
        _descriptors[0] = new Descriptor(DescriptorKind.Input, null) { CanRead = true };
        _descriptors[1] = new Descriptor(DescriptorKind.Output, null) { CanWrite = true };
        _descriptors[2] = new Descriptor(DescriptorKind.Error, null) { CanWrite = true };
        _descriptors[3] = new Descriptor(DescriptorKind.Node, inputs) { Preopen = "/in" };
        _descriptors[4] = new Descriptor(DescriptorKind.Node, _out) { Preopen = "/out" };
        Arguments = Encode(job.Arguments);
        var variables = new List<string>();
        foreach (GuestVariable variable in job.Environment) variables.Add(variable.Name + "=" + variable.Value);
        Environment = Encode([.. variables]);
    }

    public Prng Random { get; }

    /// <summary>Each ends in a zero byte.</summary>
    public byte[][] Arguments { get; }

    public byte[][] Environment { get; }

    /// <summary>Nanoseconds since the start: by the fuel that is used, and what was slept.</summary>
    public ulong Elapsed => ((ulong)(_fuelMax - _store.Fuel) / FuelSchedule.UnitsPerNanosecond) + _slept;

    /// <summary>Nanoseconds since 1970.</summary>
    public ulong Now => StartNanoseconds + Elapsed;

    public ulong StartNanoseconds => (ulong)_job.StartTime.Microseconds * 1000;

    public void Sleep(ulong nanoseconds) => _slept = unchecked(_slept + Math.Min(nanoseconds, 1UL << 60)) & ((1UL << 61) - 1);

    public void ChargeBytes(long bytes) => _store.Charge(bytes / FuelSchedule.HostBytesPerUnit);

    public Descriptor? Find(int descriptor) => descriptor is >= 0 and < DescriptorsMax ? _descriptors[descriptor] : null;

    /// <summary>The lowest free number, as in POSIX; -1 when there is none.</summary>
    public int Open(Descriptor descriptor)
    {
        int free = Array.IndexOf(_descriptors, null);
        if (free >= 0) _descriptors[free] = descriptor;
        return free;
    }

    public void Close(int descriptor) => _descriptors[descriptor] = null;

    public void Renumber(int from, int to)
    {
        Descriptor? moved = _descriptors[from];
        _descriptors[from] = null;
        _descriptors[to] = moved;
    }

    public VirtualNode? MakeDirectory() => HasRoom() ? VirtualNode.Directory(++_inodes, readOnly: false) : null;

    public VirtualNode? MakeFile() => HasRoom() ? VirtualNode.OutputFile(++_inodes) : null;

    public int ReadInput(Descriptor descriptor, Span<byte> buffer)
    {
        int count = _job.StandardInput?.Read(descriptor.Position, buffer) ?? 0;
        descriptor.Position += count;
        return count;
    }

    public void WriteStream(DescriptorKind kind, ReadOnlySpan<byte> bytes)
    {
        CountOutput(bytes.Length);
        if (kind == DescriptorKind.Error) _job.StandardError.Write(bytes);
        else _job.StandardOutput.Write(bytes);
    }

    public Errno WriteFile(VirtualNode file, long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return Errno.Success;
        Errno errno = offset > Array.MaxLength - bytes.Length ? Errno.FileTooBig : Errno.Success;
        if (errno != Errno.Success) return errno;
        long end = offset + bytes.Length;
        if (end > file.WrittenLength) Resize(file, end);
        file.Write((int)offset, bytes);
        return Errno.Success;
    }

    public Errno Resize(VirtualNode file, long length)
    {
        if (length > Array.MaxLength) return Errno.FileTooBig;
        CountOutput(length - file.WrittenLength);
        file.Resize((int)length);
        return Errno.Success;
    }

    /// <summary>
    /// A node that no name leads to any more. What an open descriptor still holds stays in memory, so its bytes stay counted.
    /// </summary>
    public void Forget(VirtualNode node)
    {
        _nodes--;
        if (node.Kind != VirtualKind.OutputFile) return;
        foreach (Descriptor? descriptor in _descriptors)
        {
            if (descriptor?.Node == node) return;
        }

        _outputBytes -= node.WrittenLength;
    }

    public ImmutableArray<GuestOutputFile> CollectOutput()
    {
        ImmutableArray<GuestOutputFile>.Builder files = ImmutableArray.CreateBuilder<GuestOutputFile>();
        Collect(_out, "", files);
        return files.ToImmutable();
    }

    private static void Collect(VirtualNode directory, string prefix, ImmutableArray<GuestOutputFile>.Builder files)
    {
        foreach ((string name, VirtualNode node) in directory.Children)
        {
            if (node.Kind == VirtualKind.Directory) Collect(node, prefix + name + "/", files);
            else files.Add(new GuestOutputFile(prefix + name, node.Written));
        }
    }

    private bool HasRoom()
    {
        if (_nodes >= NodesMax) return false;
        _nodes++;
        return true;
    }

    private void CountOutput(long bytes)
    {
        _outputBytes += bytes;
        if (_outputBytes > _job.OutputBytesMax) throw new TrapException(Trap.OutputLimitExceeded);
    }

    private static byte[][] Encode(ImmutableArray<string> texts)
    {
        var encoded = new byte[texts.Length][];
        for (int i = 0; i < encoded.Length; i++) encoded[i] = Encoding.UTF8.GetBytes(texts[i] + "\0");
        return encoded;
    }
}
