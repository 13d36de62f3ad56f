using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>
/// The machine that one guest sees: arguments, a clock, a stream of random numbers and a few directories, all in memory. What it holds is
/// plain: with the settings it was made of and the store's fuel, descriptors, tree and the two positions are its whole state.
/// </summary>
internal sealed partial class WasiHost
{
    public const int DescriptorsMax = 256;
    public const int PreopensMax = 64;

    private readonly WasiSettings _settings;
    private readonly Store _store;
    private readonly Descriptor?[] _descriptors = new Descriptor?[DescriptorsMax];
    private readonly ImmutableArray<(GuestDirectory Given, VirtualNode Root)> _roots;
    private ulong _slept;

    public WasiHost(WasiSettings settings, Store store)
    {
        _settings = settings;
        _store = store;
        Random = new Prng(settings.Seed);
        Tree = new VirtualTree(settings.OutputBytesMax);
        Open(0, new Descriptor(DescriptorKind.Input, null) { Rights = Rights.OfInput });
        Open(1, new Descriptor(DescriptorKind.Output, null) { Rights = Rights.OfOutput });
        Open(2, new Descriptor(DescriptorKind.Error, null) { Rights = Rights.OfOutput });
        ImmutableArray<(GuestDirectory, VirtualNode)>.Builder roots = ImmutableArray.CreateBuilder<(GuestDirectory, VirtualNode)>();
        foreach (GuestDirectory directory in settings.OpenDirectories)
        {
            VirtualNode root = Tree.MakeRoot(directory, StartNanoseconds);
            root.Names = 1;
            roots.Add((directory, root));
            var descriptor = new Descriptor(DescriptorKind.Node, root)
            {
                Preopen = directory.Path,
                Rights = Rights.OfDirectory,
                Inheriting = Rights.All,
            };
            Open(2 + roots.Count, descriptor);
        }

        _roots = roots.ToImmutable();
        Arguments = Encode(settings.Arguments);
        var variables = new List<string>();
        foreach (GuestVariable variable in settings.Environment) variables.Add(variable.Name + "=" + variable.Value);
        Environment = Encode([.. variables]);
    }

    public Prng Random { get; }

    public VirtualTree Tree { get; }

    /// <summary>Each ends in a zero byte.</summary>
    public byte[][] Arguments { get; }

    public byte[][] Environment { get; }

    /// <summary>Nanoseconds of work: by the fuel that is used.</summary>
    public ulong Worked => (ulong)_store.FuelUsed / FuelSchedule.UnitsPerNanosecond;

    /// <summary>Nanoseconds since the start: work, and what was slept.</summary>
    public ulong Elapsed => Worked + _slept;

    /// <summary>Nanoseconds since 1970.</summary>
    public ulong Now => StartNanoseconds + Elapsed;

    public ulong StartNanoseconds => (ulong)_settings.StartTime.Microseconds * 1000;

    public bool IsFull => Array.IndexOf(_descriptors, null) < 0;

    /// <summary>What standard input may still hold, for poll_oneoff.</summary>
    public long InputLeft(Descriptor descriptor) => Math.Max(0, (_settings.StandardInput?.Length ?? 0) - descriptor.Position);

    public void Sleep(ulong nanoseconds) => _slept = unchecked(_slept + Math.Min(nanoseconds, 1UL << 60)) & ((1UL << 61) - 1);

    public void ChargeBytes(long bytes) => _store.Charge(bytes / FuelSchedule.HostBytesPerUnit);

    public Descriptor? Find(int descriptor) => descriptor is >= 0 and < DescriptorsMax ? _descriptors[descriptor] : null;

    /// <summary>Takes the lowest free number, as in POSIX. There is one, unless the host <see cref="IsFull"/>.</summary>
    public int Open(Descriptor descriptor)
    {
        int free = Array.IndexOf(_descriptors, null);
        Open(free, descriptor);
        return free;
    }

    public void Close(int number)
    {
        VirtualNode? node = _descriptors[number]?.Node;
        _descriptors[number] = null;
        if (node is not null) Tree.Closed(node);
    }

    public void Renumber(int from, int to)
    {
        Close(to);
        _descriptors[to] = _descriptors[from];
        _descriptors[from] = null;
    }

    public int ReadInput(Descriptor descriptor, Span<byte> buffer)
    {
        int count = _settings.StandardInput?.Read(descriptor.Position, buffer) ?? 0;
        descriptor.Position += count;
        return count;
    }

    public void WriteStream(DescriptorKind kind, ReadOnlySpan<byte> bytes)
    {
        Tree.Count(bytes.Length);
        (kind == DescriptorKind.Error ? _settings.StandardError : _settings.StandardOutput)?.Write(bytes);
    }

    /// <summary>The writable directories as the guest leaves them.</summary>
    public ImmutableArray<GuestDirectory> CollectDirectories()
    {
        ImmutableArray<GuestDirectory>.Builder directories = ImmutableArray.CreateBuilder<GuestDirectory>();
        foreach ((GuestDirectory given, VirtualNode root) in _roots)
        {
            if (given.IsWritable) directories.Add(VirtualTree.Collect(given.Path, root));
        }

        return directories.ToImmutable();
    }

    private void Open(int number, Descriptor descriptor)
    {
        _descriptors[number] = descriptor;
        if (descriptor.Node is not null) Tree.Opened(descriptor.Node);
    }

    private static byte[][] Encode(ImmutableArray<string> texts)
    {
        var encoded = new byte[texts.Length][];
        for (int i = 0; i < encoded.Length; i++) encoded[i] = Encoding.UTF8.GetBytes(texts[i] + "\0");
        return encoded;
    }
}
