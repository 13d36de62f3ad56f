using System;
using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Stepping;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Traces;

/// <summary>
/// A job on the stepping executor, from its start or from a snapshot, run from checkpoint to checkpoint. Its state is five parts: control
/// (fuel, frames, stack), globals, tables and segments, host, and each memory by pages; the root is the digest of the parts' digests.
/// </summary>
internal sealed class TracedMachine : IDisposable
{
    private readonly WasiJob _job;
    private readonly TraceTerms _terms;
    private readonly ITraceHasher _hasher;
    private readonly Store _store;
    private readonly ChainedOutput _output;
    private readonly ChainedOutput _error;
    private readonly WasiHost _host;
    private readonly Instance? _instance;
    private readonly List<FunctionReference> _entries = [];
    private readonly MemoryPages[] _memories = [];
    private readonly long _fuelMax;
    private int _begun;

    private TracedMachine(Module module, WasiJob job, ImportSet imports, int entry, TraceTerms terms, ITraceHasher hasher)
    {
        _job = job;
        _terms = terms;
        _hasher = hasher;
        _fuelMax = (long)Math.Min(job.FuelMax, long.MaxValue);
        _store = new Store(module.Limits, _fuelMax);
        _output = new ChainedOutput(job.StandardOutput, hasher);
        _error = new ChainedOutput(job.StandardError, hasher);
        _host = new WasiHost(job with { StandardOutput = _output, StandardError = _error }, _store);
        try
        {
            _instance = new Instance(module, Executor.Stepping, _store, imports, job.MemoryPagesMax) { Host = _host };
        }
        catch (TrapException trap)
        {
            Finish(WasiStatus.Trapped, 0, trap.Trap);
            return;
        }

        _memories = Array.ConvertAll(_instance.Memories, memory => new MemoryPages(memory, hasher));
        if (module.Model.Start >= 0) _entries.Add(_instance.Function(module.Model.Start));
        _entries.Add(_instance.Function(entry));
    }

    public TraceEnd? End { get; private set; }

    public ulong FuelUsed => End?.FuelUsed ?? (ulong)(_fuelMax - _store.Fuel);

    public TraceCheckpoint Checkpoint => new(FuelUsed, Root());

    /// <summary>The machine before its first instruction; null, and why, for a job that cannot be run.</summary>
    public static TracedMachine? Start(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, out string fault)
    {
        TracedMachine? machine = Make(module, job, terms, hasher, out fault);
        machine?.Guard(machine._instance is { } instance ? instance.CopySegments : static () => { });
        return machine;
    }

    /// <summary>The machine of a snapshot; null, and why, for bytes that are none of this job.</summary>
    public static TracedMachine? Restore(
        Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, ReadOnlyMemory<byte> snapshot, out string fault)
    {
        if (snapshot.Length > terms.SnapshotBytesMax)
        {
            fault = "the snapshot is larger than the limit";
            return null;
        }

        TracedMachine? machine = Make(module, job, terms, hasher, out fault);
        if (machine is null) return null;
        if (machine.End is null && machine.Read(snapshot)) return machine;
        machine.Dispose();
        fault = "the bytes are no snapshot of this job";
        return null;
    }

    /// <summary>Goes to the next checkpoint, which is the end if there is none before.</summary>
    public void Advance()
    {
        ulong target = ((FuelUsed / _terms.Interval) + 1) * _terms.Interval;
        // The first charge that leaves less than the floor has used the target or more.
        long floor = target > (ulong)_fuelMax ? 0 : _fuelMax - (long)target + 1;
        Guard(() => Run(floor));
    }

    /// <summary>A snapshot, or null where it would be larger than the terms allow. Not for a machine that has ended.</summary>
    public byte[]? Snapshot()
    {
        Invariant.Holds(End is null);
        Root();
        WireWriter writer = new WireWriter().Record(WireType.TraceSnapshot, 5)
            .Bytes(Control()).Bytes(Globals()).Bytes(Tables()).Bytes(Host()).Array(_memories.Length);
        foreach (MemoryPages memory in _memories) memory.Write(writer);
        byte[] bytes = writer.End().End().ToArray();
        return bytes.Length <= _terms.SnapshotBytesMax ? bytes : null;
    }

    public void Dispose()
    {
        foreach (LinearMemory memory in _instance?.Memories ?? []) memory.Dispose();
        _instance?.Dispose();
        _store.Dispose();
    }

    private static TracedMachine? Make(Module module, WasiJob job, TraceTerms terms, ITraceHasher hasher, out string fault)
    {
        fault = terms.Refusal(job.FuelMax);
        if (fault.Length > 0) return null;
        if (WasiRunner.Link(module, job, out ImportSet imports, out int entry) is not { } refused)
        {
            return new TracedMachine(module, job, imports, entry, terms, hasher);
        }

        fault = refused.Detail;
        return null;
    }

    private void Run(long floor)
    {
        Stepper stepper = _store.Stepper;
        while (true)
        {
            if (stepper.IsIdle)
            {
                if (_begun == _entries.Count)
                {
                    Finish(WasiStatus.Exited, 0, null);
                    return;
                }

                stepper.Begin(_entries[_begun++], _job.CallDepthMax);
            }

            if (stepper.Resume(floor, long.MaxValue) == StepStatus.Paused) return;
        }
    }

    private void Guard(Action action)
    {
        if (End is not null) return;
        try
        {
            action();
        }
        catch (ExitException exit)
        {
            Finish(WasiStatus.Exited, exit.Code, null);
        }
        catch (TrapException trap)
        {
            Finish(WasiStatus.Trapped, 0, trap.Trap);
        }
    }

    private void Finish(WasiStatus status, int code, Trap? trap) => End = new TraceEnd(
        status,
        code,
        trap,
        trap == Trap.OutOfFuel ? (ulong)_fuelMax : (ulong)(_fuelMax - _store.Fuel),
        _hasher.Hash(TraceDomain.Part, Host()));

    private Hash256 Root()
    {
        if (End is not null) return End.Root(_hasher);
        var parts = new List<byte>();
        foreach (byte[] part in (ReadOnlySpan<byte[]>)[Control(), Globals(), Tables(), Host()])
        {
            parts.AddRange(_hasher.Hash(TraceDomain.Part, part).ToArray());
        }

        for (int i = 0; i < _memories.Length; i++)
        {
            byte[] size = new WireWriter().Array(2).UInt64((ulong)_instance!.Memories[i].Pages).Hash(_memories[i].Root()).End().ToArray();
            parts.AddRange(_hasher.Hash(TraceDomain.Part, size).ToArray());
        }

        return _hasher.Hash(TraceDomain.State, parts.ToArray());
    }

    private byte[] Control()
    {
        WireWriter writer = new WireWriter().Array(4).Int64(_store.Fuel).Int64(_store.HostCallsLeft).UInt64((ulong)_begun);
        _store.Stepper.Write(writer, _instance!);
        return writer.End().ToArray();
    }

    private byte[] Globals()
    {
        GlobalCell[] cells = _instance!.GlobalCells;
        WireWriter writer = new WireWriter().Array(cells.Length);
        foreach (GlobalCell cell in cells)
        {
            if (cell.Type.Type is WasmType.FuncRef or WasmType.ExternRef) WriteReference(writer, cell.Reference);
            else writer.Bytes(Bits(cell));
        }

        return writer.End().ToArray();
    }

    private byte[] Tables()
    {
        Table[] tables = _instance!.Tables;
        WireWriter writer = new WireWriter().Array(3).Array(tables.Length);
        foreach (Table table in tables)
        {
            writer.Array(table.Count);
            for (int i = 0; i < table.Count; i++) WriteReference(writer, table.Entries[i]);
            writer.End();
        }

        writer.End();
        WriteFlags(writer, _instance.DroppedData);
        WriteFlags(writer, _instance.DroppedElements);
        return writer.End().ToArray();
    }

    private byte[] Host()
    {
        WireWriter writer = new WireWriter().Array(3);
        _output.Write(writer);
        _error.Write(writer);
        _host.Write(writer);
        return writer.End().ToArray();
    }

    private void WriteReference(WireWriter writer, object? reference)
    {
        if (reference is null) writer.Null();
        else writer.UInt64(_instance!.NumberOf(reference));
    }

    private static void WriteFlags(WireWriter writer, ReadOnlySpan<bool> flags)
    {
        byte[] bytes = new byte[flags.Length];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = flags[i] ? (byte)1 : (byte)0;
        writer.Bytes(bytes);
    }

    /// <summary>A number in as many bytes as its type has, the lowest first.</summary>
    private static byte[] Bits(GlobalCell cell)
    {
        byte[] bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, cell.Bits);
        return bytes[..SizeOf(cell.Type.Type)];
    }

    private static int SizeOf(WasmType type) => type switch
    {
        WasmType.I32 or WasmType.F32 => 4,
        WasmType.V128 => 16,
        _ => 8,
    };

    private bool Read(ReadOnlyMemory<byte> snapshot)
    {
        var reader = new WireReader(snapshot);
        reader.Record(WireType.TraceSnapshot, 5);
        byte[] control = reader.Bytes(_terms.SnapshotBytesMax);
        byte[] globals = reader.Bytes(_terms.SnapshotBytesMax);
        byte[] tables = reader.Bytes(_terms.SnapshotBytesMax);
        byte[] host = reader.Bytes(_terms.SnapshotBytesMax);
        if (reader.Array(_memories.Length) != _memories.Length) reader.Fail();
        foreach (MemoryPages memory in _memories) memory.Read(reader);
        reader.End();
        reader.End();
        return reader.Succeeded && ReadPart(globals, ReadGlobals) && ReadPart(tables, ReadTables) && ReadPart(control, ReadControl)
            && ReadPart(host, ReadHost);
    }

    private static bool ReadPart(byte[] bytes, Action<WireReader> read)
    {
        var reader = new WireReader(bytes);
        read(reader);
        return reader.Succeeded;
    }

    private void ReadControl(WireReader reader)
    {
        if (reader.Array(4) != 4) reader.Fail();
        long fuel = reader.Int64();
        long hostCalls = reader.Int64();
        int begun = reader.Int32(0, _entries.Count);
        if (fuel < 0 || fuel > _fuelMax || hostCalls < 0 || hostCalls > _store.HostCallsLeft) reader.Fail();
        if (reader.Failed) return;
        _store.Fuel = fuel;
        _store.HostCallsLeft = hostCalls;
        _begun = begun;
        _store.Stepper.Read(reader, _instance!, _job.CallDepthMax, _terms.SnapshotBytesMax);
        reader.End();
    }

    private unsafe void ReadGlobals(WireReader reader)
    {
        GlobalCell[] cells = _instance!.GlobalCells;
        if (reader.Array(cells.Length) != cells.Length) reader.Fail();
        foreach (GlobalCell cell in cells)
        {
            if (reader.Failed) return;
            if (cell.Type.Type is WasmType.FuncRef or WasmType.ExternRef)
            {
                cell.Reference = ReadReference(reader);
                continue;
            }

            byte[] bytes = reader.BytesExactly(SizeOf(cell.Type.Type));
            bytes.CopyTo(new Span<byte>((void*)cell.Address, bytes.Length));
        }

        reader.End();
    }

    private void ReadTables(WireReader reader)
    {
        Table[] tables = _instance!.Tables;
        if (reader.Array(3) != 3 || reader.Array(tables.Length) != tables.Length) reader.Fail();
        foreach (Table table in tables)
        {
            int count = reader.Array(table.CountMax);
            if (reader.Failed || count < table.Count || table.Grow((uint)(count - table.Count), null) < 0)
            {
                reader.Fail();
                return;
            }

            for (int i = 0; i < count; i++) table.Entries[i] = ReadReference(reader);
            reader.End();
        }

        reader.End();
        ReadFlags(reader, _instance.DroppedData);
        ReadFlags(reader, _instance.DroppedElements);
        reader.End();
    }

    private void ReadHost(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        _output.Read(reader);
        _error.Read(reader);
        _host.Read(reader);
        reader.End();
    }

    private FunctionReference? ReadReference(WireReader reader)
    {
        if (reader.TryNull()) return null;
        FunctionReference? reference = _instance!.ReferenceOf(reader.UInt64());
        if (reference is null) reader.Fail();
        return reference;
    }

    private static void ReadFlags(WireReader reader, Span<bool> flags)
    {
        byte[] bytes = reader.BytesExactly(flags.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] > 1) reader.Fail();
            flags[i] = bytes[i] == 1;
        }
    }
}
