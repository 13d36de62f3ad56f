using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Specification;

/// <summary>Runs one script of the official suite, as wast2json writes it, and counts its assertions.</summary>
internal sealed class ScriptRunner : IDisposable
{
    private const int Depth = 4_000;
    private static readonly ModuleLimits Limits = ModuleLimits.Default with { TableEntriesMax = 10_000_000 };

    private readonly string _script;
    private readonly string _folder;
    private readonly WasmFeatures _features;
    private readonly SortedDictionary<string, byte[]> _files;
    private readonly Store _store = new(Limits, long.MaxValue);
    private readonly SortedDictionary<string, SpecInstance> _named = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SpecInstance> _registered = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ulong, object> _externs = [];
    private readonly Executor _executor;
    private SpecInstance? _current;

    /// <param name="script">The path of the script's JSON among the files; its modules lie beside it.</param>
    /// <param name="features">What the script's year knew: more would make valid what it calls invalid.</param>
    public ScriptRunner(
        string script, SortedDictionary<string, byte[]> files, WasmFeatures features, Executor executor = Executor.Compiled)
    {
        _features = features;
        _script = script;
        _executor = executor;
        _folder = script[..(script.LastIndexOf('/') + 1)];
        _files = files;
        _registered["spectest"] = SpecTestModule.Make(_store);
    }

    public int Passed { get; private set; }

    /// <summary>Scripts of the text format, which this engine does not read.</summary>
    public int Skipped { get; private set; }

    /// <summary>Of the passed ones, modules refused as they should be, but by another verdict than the suite's.</summary>
    public int RefusedOtherwise { get; private set; }

    public List<ScriptFailure> Failures { get; } = [];

    /// <summary>The fuel that each command used, in order.</summary>
    public List<long> FuelUsed { get; } = [];

    public void Dispose() => _store.Dispose();

    public void Run()
    {
        using JsonDocument document = JsonDocument.Parse(_files[_script]);
        foreach (JsonElement command in document.RootElement.GetProperty("commands").EnumerateArray())
        {
            string type = command.GetProperty("type").GetString()!;
            string failure;
            long before = _store.Fuel;
            try
            {
                failure = Perform(type, command);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                failure = exception.GetType().Name + ": " + exception.Message;
            }

            FuelUsed.Add(before - _store.Fuel);
            if (failure == "skip") Skipped++;
            else if (failure.Length == 0) Passed += type.StartsWith("assert", StringComparison.Ordinal) ? 1 : 0;
            else Failures.Add(new ScriptFailure(_script, command.GetProperty("line").GetInt32(), type, failure));
        }
    }

    private string Perform(string type, JsonElement command)
    {
        switch (type)
        {
            case "module":
                _current = null;
                string name = command.TryGetProperty("name", out JsonElement named) ? named.GetString()! : "";
                string fault = Instantiate(command, out SpecInstance? instance, out Trap? trap);
                if (fault.Length > 0 || trap is not null) return fault + trap;
                _current = instance;
                if (name.Length > 0) _named[name] = instance!;
                return "";
            case "register":
                _registered[command.GetProperty("as").GetString()!] = Target(command);
                return "";
            case "action":
                return Act(command.GetProperty("action"), out _, out Trap? unexpected) + unexpected;
            case "assert_return":
                string acted = Act(command.GetProperty("action"), out (WasmType Type, UInt128 Bits, object? Reference)[] results, out trap);
                return acted.Length > 0 ? acted : trap is not null ? "trap " + trap : Compare(command.GetProperty("expected"), results);
            case "assert_trap" or "assert_exhaustion":
                acted = Act(command.GetProperty("action"), out _, out trap);
                return acted.Length > 0 ? acted : CheckTrap(command.GetProperty("text").GetString()!, trap);
            case "assert_uninstantiable":
                fault = Instantiate(command, out _, out trap);
                return fault.Length > 0 ? fault : CheckTrap(command.GetProperty("text").GetString()!, trap);
            case "assert_unlinkable":
                fault = Instantiate(command, out _, out _);
                string text = command.GetProperty("text").GetString()!;
                return fault.StartsWith(text, StringComparison.Ordinal) ? "" : "expected '" + text + "', got '" + fault + "'";
            case "assert_invalid":
                return CheckRefused(command, ModuleVerdict.Invalid);
            case "assert_malformed":
                return CheckRefused(command, ModuleVerdict.Malformed);
            default:
                return "unknown command";
        }
    }

    private string CheckRefused(JsonElement command, ModuleVerdict expected)
    {
        if (command.GetProperty("module_type").GetString() == "text") return "skip";
        ModuleLoad load = Module.Load(Bytes(command), Limits, _features);
        if (load.Verdict == expected) return "";
        // Refused for another of its faults, or for a feature that the suite's year did not know.
        if (load.Verdict is ModuleVerdict.Malformed or ModuleVerdict.Invalid or ModuleVerdict.Unsupported)
        {
            RefusedOtherwise++;
            return "";
        }

        return "expected " + expected + " (" + command.GetProperty("text").GetString() + "), got " + load.Verdict + " " + load.Detail;
    }

    private byte[] Bytes(JsonElement command) => _files[_folder + command.GetProperty("filename").GetString()];

    private string Instantiate(JsonElement command, out SpecInstance? made, out Trap? trap)
    {
        made = null;
        trap = null;
        ModuleLoad load = Module.Load(Bytes(command), Limits, _features);
        if (load.Module is null) return load.Verdict + " " + load.Detail;
        ImportSet imports = ImportSet.Resolve(
            load.Module.Model,
            import => _registered.GetValueOrDefault(import.Module)?.Export(import.Name));
        if (imports.Fault.Length > 0) return imports.Fault;
        try
        {
            var instance = new Instance(load.Module, _executor, _store, imports, 1_024);
            made = new SpecInstance(load.Module.Model, instance);
            instance.Start(Depth);
        }
        catch (TrapException exception)
        {
            trap = exception.Trap;
        }

        return "";
    }

    private SpecInstance Target(JsonElement action)
    {
        string property = action.TryGetProperty("module", out JsonElement module) ? module.GetString()!
            : action.TryGetProperty("name", out JsonElement name) ? name.GetString()! : "";
        return property.Length > 0 ? _named[property] : _current ?? throw new InvalidOperationException("no module");
    }

    private string Act(JsonElement action, out (WasmType Type, UInt128 Bits, object? Reference)[] results, out Trap? trap)
    {
        results = [];
        trap = null;
        SpecInstance target = Target(action);
        object? export = target.Export(action.GetProperty("field").GetString()!);
        if (action.GetProperty("type").GetString() == "get")
        {
            var cell = (GlobalCell)export!;
            results = [(cell.Type.Type, cell.Bits, cell.Reference)];
            return "";
        }

        var function = (FunctionReference)export!;
        var arguments = new UInt128[function.Type.Parameters.Length];
        var references = new object?[arguments.Length];
        int index = 0;
        foreach (JsonElement argument in action.GetProperty("args").EnumerateArray())
        {
            (arguments[index], references[index]) = Value(argument);
            index++;
        }

        var bits = new UInt128[function.Type.Results.Length];
        try
        {
            Invoker.Invoke(function, arguments, references, Depth, bits);
        }
        catch (TrapException exception)
        {
            trap = exception.Trap;
            return "";
        }

        results = new (WasmType, UInt128, object?)[bits.Length];
        for (int i = 0; i < bits.Length; i++) results[i] = (function.Type.Results[i], bits[i], _store.ResultReferences[i]);
        return "";
    }

    private (UInt128 Bits, object? Reference) Value(JsonElement value)
    {
        string kind = value.GetProperty("type").GetString()!;
        if (kind == "v128")
        {
            UInt128 whole = 0;
            int shift = 0;
            foreach (JsonElement lane in value.GetProperty("value").EnumerateArray())
            {
                whole |= UInt128.Parse(lane.GetString()!, CultureInfo.InvariantCulture) << shift;
                shift += LaneBits(value);
            }

            return (whole, null);
        }

        string text = value.GetProperty("value").GetString()!;
        return kind switch
        {
            "externref" => (0, text == "null" ? null : Extern(text)),
            "funcref" => (0, null),
            _ => (ulong.Parse(text, CultureInfo.InvariantCulture), null),
        };
    }

    private static int LaneBits(JsonElement value) =>
        int.Parse(value.GetProperty("lane_type").GetString()!.AsSpan(1), CultureInfo.InvariantCulture);

    private object Extern(string text)
    {
        ulong key = ulong.Parse(text, CultureInfo.InvariantCulture);
        if (!_externs.TryGetValue(key, out object? found)) _externs[key] = found = new StringBuilder(text);
        return found;
    }

    private string Compare(JsonElement expected, (WasmType Type, UInt128 Bits, object? Reference)[] results)
    {
        int index = 0;
        foreach (JsonElement value in expected.EnumerateArray())
        {
            if (index >= results.Length) return "too few results";
            (WasmType type, UInt128 bits, object? reference) = results[index++];
            bits &= GuestTypes.Mask(type);
            string kind = value.GetProperty("type").GetString()!;
            bool equal = kind switch
            {
                "v128" => EqualLanes(value, bits),
                "externref" => Text(value) == "null" ? reference is null : ReferenceEquals(reference, Extern(Text(value))),
                "funcref" => Text(value) == "null" ? reference is null : reference is FunctionReference,
                _ => EqualNumber(Text(value), type is WasmType.I32 or WasmType.F32 ? 32 : 64, (ulong)bits),
            };
            if (!equal) return "expected " + value.GetRawText() + ", got " + bits.ToString("x", CultureInfo.InvariantCulture);
        }

        return index == results.Length ? "" : "too many results";
    }

    private static string Text(JsonElement value) => value.GetProperty("value").GetString()!;

    private static bool EqualLanes(JsonElement expected, UInt128 bits)
    {
        int width = LaneBits(expected);
        foreach (JsonElement lane in expected.GetProperty("value").EnumerateArray())
        {
            if (!EqualNumber(lane.GetString()!, width, (ulong)(bits & ((UInt128.One << width) - 1)))) return false;
            bits >>= width;
        }

        return true;
    }

    private static bool EqualNumber(string expected, int width, ulong bits) => expected switch
    {
        "nan:canonical" => width == 32 ? (bits & 0x7FFFFFFF) == 0x7FC00000 : (bits & long.MaxValue) == 0x7FF8000000000000,
        "nan:arithmetic" => width == 32 ? (bits & 0x7FC00000) == 0x7FC00000 : (bits & 0x7FF8000000000000) == 0x7FF8000000000000,
        _ => bits == ulong.Parse(expected, CultureInfo.InvariantCulture),
    };

    private static string CheckTrap(string text, Trap? trap)
    {
        Trap expected = text switch
        {
            "unreachable" => Trap.Unreachable,
            "out of bounds memory access" => Trap.OutOfBoundsMemory,
            "out of bounds table access" => Trap.OutOfBoundsTable,
            "undefined element" => Trap.UndefinedElement,
            "indirect call type mismatch" => Trap.IndirectCallTypeMismatch,
            "integer overflow" => Trap.IntegerOverflow,
            "integer divide by zero" => Trap.IntegerDivideByZero,
            "invalid conversion to integer" => Trap.InvalidConversion,
            "call stack exhausted" => Trap.CallDepthExceeded,
            _ when text.StartsWith("uninitialized element", StringComparison.Ordinal) => Trap.UninitializedElement,
            _ => throw new InvalidOperationException("no such trap: " + text),
        };
        return trap == expected ? "" : "expected trap " + expected + ", got " + (trap is null ? "none" : trap.ToString());
    }
}
