using System;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Programs;
using NodeRuntime.Primitives;
using NodeRuntime.Wasm;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// What instructions take and what the schedule asks for them: each row is a small stretch of code, sixteen times in a loop's body, without
/// the loop itself. The value is its nanoseconds without fuel, the limit its price in units, the ratio nanoseconds for a unit: a schedule
/// that priced this machine exactly would have one ratio in all rows. A stretch depends on the one before it where that is how programs
/// use it, so latencies count.
/// </summary>
internal static class FuelGroup
{
    private const string Name = "fuel";
    private const int Repeats = 16;
    private const int Turns = 20_000;
    private const int Rounds = 11;
    private const int DepthMax = 64;

    // Locals of the measured function: the turns left, then x: i32, y: i64, z: f64, w: f32, v and u: v128.
    private const byte X = 1;
    private const byte Y = 2;
    private const byte Z = 3;
    private const byte W = 4;
    private const byte V = 5;
    private const byte U = 6;

    private static readonly (string Name, byte[] Code)[] Stretches =
    [
        ("local.get, local.set", [0x20, X, 0x21, X, 0x20, Y, 0x21, Y]),
        ("i32.add of a local", Binary(X, 0x6A)),
        ("i32.mul", Binary(X, 0x6C)),
        ("i64.add", Binary(Y, 0x7C)),
        ("i64.mul", Binary(Y, 0x7E)),
        ("i32.rotl", [0x20, X, 0x41, 5, 0x77, 0x21, X]),
        ("i32.popcnt", [0x20, X, 0x69, 0x21, X]),
        ("i32.lt_s, i32.add", [0x20, X, 0x41, 9, 0x48, 0x20, X, 0x6A, 0x21, X]),
        ("select", [0x20, X, 0x41, 7, 0x20, X, 0x41, 1, 0x71, 0x1B, 0x21, X]),
        ("f64.add", Binary(Z, 0xA0)),
        ("f64.mul", Binary(Z, 0xA2)),
        ("f32.add", Binary(W, 0x92)),
        ("f64.min", Binary(Z, 0xA4)),
        ("f64.floor", [0x20, Z, 0x9C, 0x21, Z]),
        ("f64.convert_i32_s", [0x20, X, 0xB7, 0x21, Z]),
        ("i32.load, same place", [0x41, 8, 0x28, 2, 0, 0x20, X, 0x6A, 0x21, X]),
        ("i32.load, its address loaded", [0x20, X, 0x41, 0xFC, 0x01, 0x71, 0x28, 2, 0, 0x21, X]),
        ("i32.store", [0x20, X, 0x41, 0xFC, 0x01, 0x71, 0x20, X, 0x36, 2, 0]),
        ("global.get, global.set", [0x23, 0, 0x41, 1, 0x6A, 0x24, 0]),
        ("i32.div_s", [0x20, X, 0x41, 3, 0x72, 0x20, X, 0x41, 7, 0x72, 0x6D, 0x21, X]),
        ("i32.rem_u", [0x20, X, 0x41, 3, 0x72, 0x20, X, 0x41, 7, 0x72, 0x70, 0x21, X]),
        ("i64.div_u", [0x20, Y, 0x42, 3, 0x84, 0x20, Y, 0x42, 7, 0x84, 0x80, 0x21, Y]),
        ("f64.div", Binary(Z, 0xA3)),
        ("f64.sqrt", [0x20, Z, 0x9F, 0x21, Z]),
        ("i32.trunc_f64_s", [0x20, Z, 0xAA, 0x20, X, 0x6A, 0x21, X]),
        ("i32.trunc_sat_f64_s", [0x20, Z, 0xFC, 2, 0x20, X, 0x6A, 0x21, X]),
        ("br_if, not taken", [0x02, 0x40, 0x20, X, 0x41, 0x7D, 0x46, 0x0D, 0, 0x20, X, 0x41, 2, 0x6A, 0x21, X, 0x0B]),
        ("br_table", [0x02, 0x40, 0x02, 0x40, 0x02, 0x40, 0x20, X, 0x41, 1, 0x71, 0x0E, 2, 0, 1, 2, 0x0B, 0x0B, 0x0B, 0x20, X, 0x41, 1, 0x6A, 0x21, X]),
        ("call", [0x20, X, 0x10, 0, 0x21, X]),
        ("call_indirect", [0x20, X, 0x41, 0, 0x11, 0, 0, 0x21, X]),
        ("memory.fill of 64 B", [0x41, 0, 0x41, 0, 0x41, 0xC0, 0x00, 0xFC, 11, 0]),
        ("memory.fill of 32 KiB", [0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 0x02, 0xFC, 11, 0]),
        ("memory.copy of 32 KiB", [0x41, 0x80, 0x80, 0x02, 0x41, 0, 0x41, 0x80, 0x80, 0x02, 0xFC, 10, 0, 0]),
        ("v128.load", [0x41, 8, 0xFD, 0, 4, 0, 0x20, V, 0xFD, 0xAE, 0x01, 0x21, V]),
        ("i32x4.add", Vector(0xAE, 0x01)),
        ("i32x4.mul", Vector(0xB5, 0x01)),
        ("i64x2.mul", Vector(0xD5, 0x01)),
        ("i8x16.add_sat_s", Vector(0x6F)),
        ("i8x16.swizzle", Vector(0x0E)),
        ("i8x16.popcnt", [0x20, V, 0xFD, 0x62, 0x21, V]),
        ("i8x16.shl", [0x20, V, 0x41, 3, 0xFD, 0x6B, 0x21, V]),
        ("f32x4.add", Vector(0xE4, 0x01)),
        ("f64x2.mul", Vector(0xF2, 0x01)),
        ("f32x4.min", Vector(0xE8, 0x01)),
        ("f32x4.div", Vector(0xE7, 0x01)),
        ("f64x2.sqrt", [0x20, V, 0xFD, 0xEF, 0x01, 0x21, V]),
        ("i32x4.trunc_sat_f32x4_s", [0x20, V, 0xFD, 0xF8, 0x01, 0x21, V]),
    ];

    public static IEnumerable<BenchmarkRow> Run()
    {
        (double emptySeconds, long emptyFuel) = Measure([]);
        foreach ((string name, byte[] code) in Stretches)
        {
            (double seconds, long fuel) = Measure(code);
            double nanoseconds = Math.Max(0, seconds - emptySeconds) * 1e9 / ((double)Turns * Repeats);
            double units = (fuel - emptyFuel) / ((double)Turns * Repeats);
            yield return new BenchmarkRow(Name, name, nanoseconds, "ns", units, "units", nanoseconds / units);
        }
    }

    private static (double Seconds, long Fuel) Measure(byte[] code)
    {
        byte[] module = MakeModule(code);
        using var plain = new Stretch(module, metered: false);
        using var metered = new Stretch(module, metered: true);
        double best = double.MaxValue;
        for (int i = 0; i < Rounds; i++) best = Math.Min(best, plain.Run());
        metered.Run();
        return (best, metered.FuelUsed);
    }

    private static byte[] Binary(byte local, byte opcode) => [0x20, local, 0x20, local, opcode, 0x21, local];

    private static byte[] Vector(params byte[] opcode) => [0x20, V, 0x20, U, 0xFD, .. opcode, 0x21, V];

    private static byte[] MakeModule(byte[] code)
    {
        List<byte> body = [6, 1, 0x7F, 1, 0x7E, 1, 0x7C, 1, 0x7D, 1, 0x7B, 1, 0x7B];
        // z = 1.5, w = 1.5, u = its bytes: numbers that stay numbers.
        body.AddRange([0x44, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x21, Z, 0x43, 0, 0, 0xC0, 0x3F, 0x21, W]);
        body.AddRange([0x20, W, 0xFD, 0x13, 0x22, U, 0x21, V, 0x03, 0x40]);
        for (int i = 0; i < Repeats; i++) body.AddRange(code);
        body.AddRange([0x20, 0, 0x41, 1, 0x6B, 0x22, 0, 0x0D, 0, 0x0B]);
        // All locals end in the result, or their work would be dead.
        body.AddRange([0x20, X, 0x20, Y, 0xA7, 0x6A, 0x20, Z, 0xBD, 0xA7, 0x6A, 0x20, W, 0xBC, 0x6A, 0x20, V, 0xFD, 0x1B, 0, 0x6A, 0x0B]);
        // The callee calls itself never, which keeps the JIT from inlining it.
        byte[] callee = [0, 0x20, 0, 0x41, 0x7D, 0x46, 0x04, 0x40, 0x20, 0, 0x10, 0, 0x0F, 0x0B, 0x20, 0, 0x41, 1, 0x6A, 0x0B];
        List<byte> module = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00];
        Section(module, 1, [1, 0x60, 1, 0x7F, 1, 0x7F]);
        Section(module, 3, [2, 0, 0]);
        Section(module, 4, [1, 0x70, 0, 1]);
        Section(module, 5, [1, 0, 2]);
        Section(module, 6, [1, 0x7F, 1, 0x41, 0, 0x0B]);
        Section(module, 7, [1, 3, .. "run"u8, 0, 1]);
        Section(module, 9, [1, 0, 0x41, 0, 0x0B, 1, 0]);
        Section(module, 10, [2, .. Sized(callee), .. Sized([.. body])]);
        return [.. module];
    }

    private static void Section(List<byte> module, byte id, byte[] content)
    {
        module.Add(id);
        module.AddRange(Sized(content));
    }

    /// <summary>Bytes behind their number in two bytes of LEB128.</summary>
    private static byte[] Sized(byte[] content) => [(byte)((content.Length & 0x7F) | 0x80), (byte)(content.Length >> 7), .. content];

    /// <summary>An instance of such a module.</summary>
    private sealed unsafe class Stretch : IDisposable
    {
        private readonly Store _store;
        private readonly Instance _instance;
        private readonly delegate*<int, Instance, int, int> _run;

        public Stretch(byte[] bytes, bool metered)
        {
            ModuleLoad load = Module.Load(bytes, new ModuleLimits { Metered = metered });
            Invariant.Holds(load.Module is not null);
            Module module = load.Module!;
            _store = new Store(module.Limits, long.MaxValue);
            _instance = new Instance(module.Model, module.Code, _store, ImportSet.Resolve(module.Model, static _ => null), 2);
            _instance.Start(DepthMax);
            _run = (delegate*<int, Instance, int, int>)_instance.Function(1).Code;
        }

        public long FuelUsed => long.MaxValue - _store.Fuel;

        public double Run()
        {
            double start = Clock.Processor.Seconds();
            _run(Turns, _instance, DepthMax);
            return Clock.Processor.Seconds() - start;
        }

        public void Dispose()
        {
            _instance.Memory!.Dispose();
            _instance.Dispose();
            _store.Dispose();
        }
    }
}
