using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Tests.Building;
using NodeRuntime.Wasm.Traces;

namespace NodeRuntime.Wasm.Tests.Traces;

/// <summary>
/// A job of a few hundred thousand units: it fills pages with a running sum, calls itself through a table, keeps a vector and a reference in
/// its frames, asks for the time and for random bytes, writes to standard output in each turn and to a file at the end.
/// </summary>
internal static class TracedProgram
{
    public const int Turns = 400;
    public static readonly ITraceHasher Hasher = new TestHasher();
    public static readonly Hash256 Subject = Hasher.Hash(TraceDomain.Part, "subject"u8);

    public static TraceTerms Terms { get; } = new(Subject, 4_000);

    public static Module Module { get; } = Guest.Load(Build(0x5A));

    /// <summary>The same program but for one constant, which it adds to a byte of memory in the middle of the run.</summary>
    public static Module Forged { get; } = Guest.Load(Build(0x5B));

    public static WasiJob Job(MemoryOutput? output = null) => SampleProgram.Job(fuel: 10_000_000, output) with
    {
        Seed = 7,
        MemoryPagesMax = 8,
        CallDepthMax = 500,
    };

    public static T Run<T>(Func<T> work) => GuestThread.Run(work);

    public static Trace Trace(Module module, TraceTerms? terms = null) => Run(() =>
    {
        TracedRun run = TracedRun.Of(module, Job(), terms ?? Terms, Hasher);
        Assert.Equal("", run.Fault);
        return run.Trace!;
    });

    public static TraceCheckpoint Start() => Run(() => TracedRun.Start(Module, Job(), Terms, Hasher, out _)!.Value);

    private static byte[] Build(int constant)
    {
        var builder = new ModuleBuilder();
        int write = builder.Import("wasi_snapshot_preview1", "fd_write", "iiii:i");
        int random = builder.Import("wasi_snapshot_preview1", "random_get", "ii:i");
        int clock = builder.Import("wasi_snapshot_preview1", "clock_time_get", "iIi:i");
        int open = builder.Import("wasi_snapshot_preview1", "path_open", "iiiiiIIii:i");
        builder.Memory(2, 8);
        builder.Table(4);
        int sum = builder.Global('I', new CodeBuilder().I64(1));
        int kept = builder.Global('i', new CodeBuilder().I32(-1));

        // deep(n): calls itself through the table n times, with a local that must survive.
        int type = builder.Type("i:i");
        int deep = builder.Function("i:i", new CodeBuilder()
            .Get(0).Op(0x45).Open(Opcode.If, (byte)WasmType.I32)
            .With(Opcode.GlobalGet, kept)
            .Op(Opcode.Else)
            .Get(0).I32(3).Op(0x6C).Set(1)
            .Get(0).I32(1).Op(0x6B).I32(1).With(Opcode.CallIndirect, type, 0)
            .Get(1).Op(0x6A)
            .End(), "i");

        CodeBuilder start = new CodeBuilder()
            .I32(Turns).Set(0)
            .Open(Opcode.Loop)
            // sum = sum * 6364136223846793005 + turn + the byte at 1000; a byte of a page that the sum chooses takes it.
            .With(Opcode.GlobalGet, sum).I64(6364136223846793005).Op(0x7E).Get(0).Op(0xAD, 0x7C)
            .I32(1_000).Memory(0x31).Op(0x7C).With(Opcode.GlobalSet, sum)
            .With(Opcode.GlobalGet, sum).I64(33).Op(0x88, 0xA7).I32(0x7FFF).Op(0x71).I32(65_536).Op(0x6A)
            .With(Opcode.GlobalGet, sum).Op(0xA7).Memory(0x3A)
            // Half way a byte is changed by the constant.
            .Get(0).I32(Turns / 2).Op(0x46).Open(Opcode.If).I32(1_000).I32(constant).Memory(0x3A)
            .I32(1).Op(Opcode.MemoryGrow).Raw(0).Op(Opcode.Drop).End()
            .Get(0).I32(0x1F).Op(0x71).I32(1).With(Opcode.CallIndirect, type, 0).With(Opcode.GlobalSet, kept)
            .I32(256).I32(8).Call(random).Op(Opcode.Drop)
            .I32(1).I64(1).I32(264).Call(clock).Op(Opcode.Drop)
            .With(Opcode.GlobalGet, sum).I32(264).Memory(0x29).Op(0x7C).With(Opcode.GlobalSet, sum)
            .I32(264).With(Opcode.GlobalGet, sum).Memory(0x37)
            .I32(1).I32(16).I32(1).I32(24).Call(write).Op(Opcode.Drop)
            .Get(0).I32(1).Op(0x6B).With(Opcode.LocalTee, 0).With(Opcode.BrIf, 0)
            .End()
            // /out/sum gets the first bytes.
            .I32(4).I32(0).I32(32).I32(3).I32(1).I64(0x40).I64(0).I32(0).I32(40).Call(open).Op(Opcode.Drop)
            .I32(40).Memory(0x28).I32(16).I32(1).I32(24).Call(write).Op(Opcode.Drop);
        builder.Function(":", start, "i", "_start");
        builder.Element(1, deep);
        // One buffer of 16 bytes at 256: the random bytes and the sum, to which the time was added; the name of the file.
        builder.Data(16, [0, 1, 0, 0, 16, 0, 0, 0]);
        builder.Data(32, "sum"u8.ToArray());
        return builder.Build();
    }
}
