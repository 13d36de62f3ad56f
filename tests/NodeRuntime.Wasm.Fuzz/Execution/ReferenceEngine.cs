using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Fuzz.Comparison;

namespace NodeRuntime.Wasm.Fuzz.Execution;

/// <summary>What V8 said: why it refused the bytes (empty: it did not) and what it did with the module.</summary>
internal sealed record ReferenceAnswer(string Refusal, IReadOnlyList<string> Lines);

/// <summary>
/// V8 in one long-lived process of Node.js. It is asked only
/// for calls that came to their end with us, so it needs no fuel; one that takes longer than <see cref="AnswerTimeout"/> is ended.
/// </summary>
internal sealed class ReferenceEngine : IDisposable
{
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private static readonly string[] Flags =
    [
        "--expose-gc",
        // Older versions have them behind the flag.
        "--experimental-wasm-return-call",
        "--wasm-max-mem-pages=64",
        "--wasm-max-table-size=1000000",
    ];

    private readonly string _node;
    private Process? _process;

    public ReferenceEngine(string node)
    {
        _node = node;
    }

    /// <summary>Times that the process ended by itself or was ended, and made anew.</summary>
    public int Restarts { get; private set; }

    /// <summary>Null when V8 died or did not answer in time.</summary>
    public ReferenceAnswer? Ask(byte[] module, JsonObject? run)
    {
        var request = run ?? new JsonObject();
        request["module"] = Convert.ToBase64String(module);
        Process process = _process ??= Start();
        try
        {
            process.StandardInput.WriteLine(request.ToJsonString());
            process.StandardInput.Flush();
            Task<string?> reading = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
            if (reading.Wait(AnswerTimeout) && reading.Result is { } line) return Parse(line);
        }
        catch (Exception exception) when (exception is IOException or AggregateException)
        {
            // The pipe is broken: the process is gone, which the caller learns.
        }

        Stop();
        Restarts++;
        return null;
    }

    /// <summary>The request for a run, as far as ours came.</summary>
    public static JsonObject Request(ModuleModel model, CallPlan plan, SortedDictionary<int, ulong> globalBits, Transcript ours)
    {
        var imports = new JsonArray();
        for (int i = 0; i < model.Imports.Count; i++) imports.Add(DescribeImport(model, model.Imports[i], i, globalBits));
        var calls = new JsonArray();
        for (int i = 0; i < ours.Calls; i++) calls.Add(DescribeCall(plan.Calls[i]));
        var globals = new JsonArray();
        foreach (GlobalType global in model.Globals) globals.Add(FunctionType.Name(global.Type));
        var tables = new JsonArray();
        foreach (TableType table in model.Tables) tables.Add(FunctionType.Name(table.Element));
        return new JsonObject
        {
            ["run"] = Convert.ToBase64String(ModuleRewriter.Rewrite(model)),
            ["imports"] = imports,
            ["calls"] = calls,
            ["functions"] = model.Functions.Count,
            ["memories"] = model.Memories.Count,
            ["globals"] = globals,
            ["tables"] = tables,
            ["describe"] = !ours.EndedByLimit,
        };
    }

    public void Dispose() => Stop();

    private static JsonObject DescribeImport(ModuleModel model, Import import, int place, SortedDictionary<int, ulong> globalBits)
    {
        switch (import.Kind)
        {
            case ExternalKind.Function:
                return new JsonObject { ["kind"] = "function", ["types"] = Types(model.TypeOf(import.Index).Parameters) };
            case ExternalKind.Global:
                GlobalType global = model.Globals[import.Index];
                return new JsonObject
                {
                    ["kind"] = "global",
                    ["type"] = FunctionType.Name(global.Type),
                    ["mutable"] = global.Mutable,
                    ["bits"] = Bits(globalBits[place]),
                };
            case ExternalKind.Memory:
                SizeRange size = model.Memories[import.Index];
                return new JsonObject { ["kind"] = "memory", ["initial"] = size.Minimum, ["maximum"] = size.Maximum };
            default:
                TableType table = model.Tables[import.Index];
                return new JsonObject
                {
                    ["kind"] = "table",
                    ["type"] = FunctionType.Name(table.Element),
                    ["initial"] = table.Size.Minimum,
                    ["maximum"] = table.Size.Maximum,
                };
        }
    }

    private static JsonObject DescribeCall(PlannedCall call)
    {
        var arguments = new JsonArray();
        foreach (Argument argument in call.Arguments)
        {
            arguments.Add(new JsonObject
            {
                ["type"] = FunctionType.Name(argument.Type),
                ["bits"] = Bits(unchecked((ulong)argument.Bits)),
                ["high"] = Bits(unchecked((ulong)(argument.Bits >> 64))),
                ["reference"] = argument.Reference,
            });
        }

        return new JsonObject
        {
            ["function"] = call.Function,
            ["wrapped"] = VectorWrappers.IsWrapped(call.Type),
            ["arguments"] = arguments,
            ["results"] = Types(call.Type.Results),
        };
    }

    private static JsonArray Types(WasmType[] types)
    {
        var names = new JsonArray();
        foreach (WasmType type in types) names.Add(FunctionType.Name(type));
        return names;
    }

    private static string Bits(ulong bits) => bits.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static ReferenceAnswer Parse(string line)
    {
        JsonNode answer = JsonNode.Parse(line)!;
        var lines = new List<string>();
        foreach (JsonNode? text in answer["lines"]!.AsArray()) lines.Add(text!.GetValue<string>());
        return new ReferenceAnswer(answer["refusal"]!.GetValue<string>(), lines);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(_node) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string flag in Flags) start.ArgumentList.Add(flag);
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Execution", "v8-driver.js"));
        return Process.Start(start) ?? throw new InvalidOperationException(_node + " does not start");
    }

    private void Stop()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }
}
