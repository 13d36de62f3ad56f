using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Wasi;

namespace NodeRuntime.Wasm.Tests.Building;

/// <summary>
/// A guest that makes host calls one after the other, keeps what each returned, and at the end writes its whole memory to standard output,
/// where the test reads it. Texts and places are laid out in memory as they are asked for.
/// </summary>
internal sealed class WasiScript
{
    private const int MemoryBytes = 65_536;
    private const int Answers = 60_000;

    private readonly List<(string Name, object[] Arguments)> _calls = [];
    private readonly List<(int Place, byte[] Bytes)> _data = [];
    private int _next = 64;

    public WasiJob Job { get; set; } = SampleProgram.Job();

    public WasiOutcome Outcome { get; private set; } = null!;

    public byte[] Memory { get; private set; } = [];

    /// <summary>What the guest wrote to standard output before the memory.</summary>
    public byte[] Printed { get; private set; } = [];

    public int Place(int bytes)
    {
        int place = _next;
        _next += (bytes + 7) & ~7;
        return place;
    }

    public int Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    public int Bytes(params byte[] bytes)
    {
        int place = Place(bytes.Length);
        _data.Add((place, bytes));
        return place;
    }

    /// <summary>One buffer for fd_read and fd_write.</summary>
    public int Buffer(int place, int length)
    {
        byte[] entry = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(entry, place);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(4), length);
        return Bytes(entry);
    }

    /// <summary>Arguments are int or long. Returns the call's number.</summary>
    public int Call(string name, params object[] arguments)
    {
        _calls.Add((name, arguments));
        return _calls.Count - 1;
    }

    public int Open(int directory, string path, int how = 0, long rights = (long)Rights.OfFile, int flags = 0, int? result = null) => Call(
        "path_open", directory, 0, Text(path), Encoding.UTF8.GetByteCount(path), how, rights, 0L, flags, result ?? Place(4));

    public WasiScript Run()
    {
        var builder = new ModuleBuilder();
        var code = new CodeBuilder();
        var functions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        _calls.Add(("fd_write", [1, Buffer(0, MemoryBytes), 1, Place(4)]));
        foreach ((string name, object[] arguments) in _calls)
        {
            if (functions.ContainsKey(name)) continue;
            string letters = string.Concat(Array.ConvertAll(arguments, static argument => argument is long ? "I" : "i"));
            functions[name] = builder.Import("wasi_snapshot_preview1", name, letters + ":" + (name == "proc_exit" ? "" : "i"));
        }

        for (int i = 0; i < _calls.Count; i++)
        {
            (string name, object[] arguments) = _calls[i];
            bool answers = name != "proc_exit";
            if (answers) code.I32(Answers + (i * 4));
            foreach (object argument in arguments)
            {
                if (argument is long wide) code.I64(wide);
                else code.I32((int)argument);
            }

            code.Call(functions[name]);
            if (answers) code.Memory(0x36);
        }

        builder.Memory(1);
        builder.Function(":", code, export: "_start");
        foreach ((int place, byte[] bytes) in _data) builder.Data(place, bytes);
        var output = new MemoryOutput();
        Outcome = GuestThread.Run(Guest.Load(builder.Build()), Job with { StandardOutput = output });
        ReadOnlySpan<byte> written = output.Written.Span;
        int printed = Math.Max(0, written.Length - MemoryBytes);
        Printed = written[..printed].ToArray();
        Memory = written[printed..].ToArray();
        return this;
    }

    public int Answer(int call) => Int32(Answers + (call * 4));

    public int Int32(int place) => BinaryPrimitives.ReadInt32LittleEndian(Memory.AsSpan(place));

    public long Int64(int place) => BinaryPrimitives.ReadInt64LittleEndian(Memory.AsSpan(place));

    public string TextAt(int place, int length) => Encoding.UTF8.GetString(Memory.AsSpan(place, length));
}
