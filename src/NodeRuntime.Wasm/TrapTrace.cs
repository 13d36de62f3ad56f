using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <summary>From an exception that unwound a guest's frames to the functions that it passed. It costs nothing where nothing is thrown.</summary>
public static class TrapTrace
{
    public const int FramesMax = 64;

    /// <param name="modules">Whose functions may be on the stack, by the type that holds their code.</param>
    internal static ImmutableArray<GuestFrame> Of(Exception exception, IEnumerable<(Type Code, ModuleModel Model)> modules)
    {
        ImmutableArray<GuestFrame>.Builder frames = ImmutableArray.CreateBuilder<GuestFrame>();
        foreach (StackFrame frame in new StackTrace(exception).GetFrames())
        {
            if (frames.Count == FramesMax) break;
            if (frame.GetMethod() is not { } method) continue;
            foreach ((Type code, ModuleModel model) in modules)
            {
                if (method.DeclaringType != code) continue;
                int function = model.ImportedFunctions + int.Parse(method.Name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
                frames.Add(new GuestFrame(function, NameOf(model, function)));
                break;
            }
        }

        return frames.ToImmutable();
    }

    /// <summary>Of a module whose functions all were stepped.</summary>
    internal static ImmutableArray<GuestFrame> Of(TrapException trap, ModuleModel model)
    {
        ImmutableArray<GuestFrame>.Builder frames = ImmutableArray.CreateBuilder<GuestFrame>();
        foreach (int function in trap.Stepped) frames.Add(new GuestFrame(function, NameOf(model, function)));
        return frames.ToImmutable();
    }

    private static string NameOf(ModuleModel model, int function)
    {
        foreach (Export export in model.Exports)
        {
            if (export.Kind == ExternalKind.Function && export.Index == function) return export.Name;
        }

        return "";
    }
}
