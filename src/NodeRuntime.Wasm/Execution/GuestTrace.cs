using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Compilation;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// Where a guest was when an exception left it, read from the exception's own stack trace: it costs nothing until somebody asks. Frames that
/// a tail call gave up and functions that the JIT has inlined into their callers are not on the stack, and so not here.
/// </summary>
internal static class GuestTrace
{
    public const int FramesMax = 64;

    /// <summary>The innermost frames first, at most <see cref="FramesMax"/>.</summary>
    public static ImmutableArray<GuestFrame> Of(Exception exception)
    {
        var found = new List<(ModuleModel Model, int Function)>();
        var trace = new StackTrace(exception, fNeedFileInfo: false);
        for (int i = 0; i < trace.FrameCount && found.Count < FramesMax; i++)
        {
            if (trace.GetFrame(i) is { } frame && TryFind(frame, out (ModuleModel Model, int Function) function)) found.Add(function);
        }

        return [.. Name(found)];
    }

    /// <summary>Of a module whose functions all were stepped.</summary>
    public static ImmutableArray<GuestFrame> OfStepped(TrapException trap, ModuleModel model)
    {
        var found = new List<(ModuleModel Model, int Function)>();
        foreach (int function in trap.Stepped) found.Add((model, function));
        return [.. Name(found)];
    }

    private static bool TryFind(StackFrame frame, out (ModuleModel Model, int Function) function)
    {
        MethodBase? method = frame.GetMethod();
        function = default;
        if (method?.DeclaringType is not { } type || CompiledModule.ModelOf(type) is not { } model) return false;
        int body = CompiledModule.BodyOf(method);
        function = (model, model.ImportedFunctions + body);
        return body >= 0;
    }

    private static List<GuestFrame> Name(List<(ModuleModel Model, int Function)> found)
    {
        var frames = new List<GuestFrame>(found.Count);
        ModuleModel? named = null;
        SortedDictionary<int, string> names = [];
        foreach ((ModuleModel model, int function) in found)
        {
            // As a rule all are of one module.
            if (!ReferenceEquals(model, named)) names = NamesIn(model, found);
            named = model;
            frames.Add(new GuestFrame(function, names.GetValueOrDefault(function) ?? ExportName(model, function)));
        }

        return frames;
    }

    private static SortedDictionary<int, string> NamesIn(ModuleModel model, List<(ModuleModel Model, int Function)> found)
    {
        var wanted = new SortedSet<int>();
        foreach ((ModuleModel other, int function) in found)
        {
            if (ReferenceEquals(model, other)) wanted.Add(function);
        }

        return NameSection.Read(model, wanted);
    }

    private static string ExportName(ModuleModel model, int function)
    {
        foreach (Export export in model.Exports)
        {
            if (export.Kind == ExternalKind.Function && export.Index == function) return export.Name;
        }

        return "";
    }
}
