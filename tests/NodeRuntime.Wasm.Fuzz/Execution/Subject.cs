using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz.Execution;

/// <summary>
/// Runs a plan on one of our executors. The calling thread has the stack that <see cref="WasiRunner.StackBytes"/> promises to be enough
/// for <see cref="Depth"/>: a guest that finds its end before its counted depth is a finding.
/// </summary>
internal static unsafe class Subject
{
    public const int Depth = 4_000;
    public const int PagesMax = 64;
    public const int TableEntriesShown = 256;

    /// <summary>Units of fuel for instantiation and for each call.</summary>
    public const long Fuel = 3_000_000;

    /// <summary>Features that V8 has no name for, or another idea of, are off.</summary>
    public const WasmFeatures Features = WasmFeatures.Simd | WasmFeatures.TailCalls;

    private const int StackReserve = 512 * 1024;

    public static Transcript Run(Module module, Executor executor, CallPlan plan, SortedDictionary<int, ulong> globals)
    {
        var transcript = new Transcript();
        using var store = new Store(module.Limits, Fuel);
        byte frame = 0;
        nint here = (nint)(&frame);
        store.StackLimit = here - (nint)WasiRunner.StackBytes(Depth) + StackReserve;
        Instance? instance = null;
        LinearMemory[] imported = [];
        try
        {
            if (Attempt(transcript, () =>
            {
                ImportSet imports = HostWorld.Link(module.Model, globals, store, PagesMax);
                imported = [.. imports.Memories];
                if (imports.Fault.Length > 0) throw new InvalidOperationException(imports.Fault);
                instance = new Instance(module, executor, store, imports, PagesMax) { Host = transcript };
                instance.Start(Depth);
                transcript.Add("instantiated");
            }))
            {
                transcript.Instantiated = true;
                transcript.Fuel.Add(Fuel - store.Fuel);
                RunCalls(transcript, instance!, store, plan);
                if (!transcript.EndedByLimit) Describe(transcript, module.Model, instance!);
            }
        }
        finally
        {
            foreach (LinearMemory memory in instance?.Memories ?? imported) memory.Dispose();
            instance?.Dispose();
        }

        return transcript;
    }

    private static void RunCalls(Transcript transcript, Instance instance, Store store, CallPlan plan)
    {
        foreach (PlannedCall call in plan.Calls)
        {
            var numbers = new UInt128[call.Arguments.Length];
            var references = new object?[call.Arguments.Length];
            for (int i = 0; i < numbers.Length; i++)
            {
                Argument argument = call.Arguments[i];
                numbers[i] = argument.Bits;
                if (argument.Reference < 0) continue;
                references[i] = argument.Type == WasmType.FuncRef
                    ? instance.Function(argument.Reference)
                    : HostWorld.Externs[argument.Reference];
            }

            var results = new UInt128[call.Type.Results.Length];
            transcript.Add("call f" + call.Function.ToString(CultureInfo.InvariantCulture));
            store.Fuel = Fuel;
            Attempt(transcript, () =>
            {
                Invoker.Invoke(instance.Function(call.Function), numbers, references, Depth, results);
                transcript.EndLog();
                var line = new StringBuilder("  =");
                for (int i = 0; i < results.Length; i++)
                {
                    line.Append(' ').Append(Value(instance, call.Type.Results[i], results[i], store.ResultReferences[i]));
                }

                transcript.Add(line.ToString());
            });
            // A run that cannot be paid counts as all there was, however much it lacked.
            transcript.Fuel.Add(Math.Min(Fuel, Fuel - store.Fuel));
            if (transcript.EndedByLimit) return;
            transcript.Calls++;
        }
    }

    /// <summary>Does it and writes its trap; true when there was none.</summary>
    private static bool Attempt(Transcript transcript, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (TrapException trap)
        {
            transcript.EndLog();
            string name = TrapNames.Of(trap.Trap);
            transcript.Add(name.StartsWith(Transcript.Limit, StringComparison.Ordinal) ? name : "  " + name);
            return false;
        }
        catch (HostStackException)
        {
            transcript.Add("  the stack ended before the counted depth");
            return false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Nothing that a guest does may come out as anything else: the line differs from all that V8 writes.
            transcript.EndLog();
            transcript.Add("  threw " + exception.GetType().Name);
            return false;
        }
    }

    private static void Describe(Transcript transcript, ModuleModel model, Instance instance)
    {
        for (int i = 0; i < instance.Memories.Length; i++)
        {
            LinearMemory memory = instance.Memories[i];
            string hash = Convert.ToHexStringLower(SHA256.HashData(new ReadOnlySpan<byte>((void*)memory.Base, checked((int)memory.Length))));
            transcript.Add(string.Create(CultureInfo.InvariantCulture, $"m{i} pages={memory.Pages} {hash}"));
        }

        for (int i = 0; i < model.Globals.Count; i++)
        {
            GlobalCell cell = instance.GlobalCells[i];
            // The other side has no way to read a vector in a module without functions.
            bool hidden = cell.Type.Type == WasmType.V128 && model.Bodies.Count == 0;
            transcript.Add("g" + i.ToString(CultureInfo.InvariantCulture) + " " + (hidden ? "v128" : Value(instance, cell.Type.Type, cell.Bits, cell.Reference)));
        }

        for (int i = 0; i < model.Tables.Count; i++)
        {
            Table table = instance.Tables[i];
            var line = new StringBuilder();
            line.Append(CultureInfo.InvariantCulture, $"t{i} count={table.Count}");
            for (int entry = 0; entry < table.Count && entry < TableEntriesShown; entry++)
            {
                line.Append(' ').Append(Value(instance, table.Element, 0, table.Entries[entry]));
            }

            transcript.Add(line.ToString());
        }
    }

    private static string Value(Instance instance, WasmType type, UInt128 bits, object? reference) => type switch
    {
        WasmType.FuncRef or WasmType.ExternRef when reference is null => Values.Reference(type, "null"),
        WasmType.FuncRef => Values.Reference(type, Array.IndexOf(instance.Functions, reference).ToString(CultureInfo.InvariantCulture)),
        WasmType.ExternRef => Values.Reference(type, ((ExternToken)reference!).Number.ToString(CultureInfo.InvariantCulture)),
        _ => Values.Number(type, bits),
    };
}
