using System;
using System.Collections.Generic;
using System.Reflection;
using NodeRuntime.Wasm.Binary;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>
/// From compiled code to a host's delegate: one static method for each number of parameters, with and without a result. Each takes the
/// guest's parameters, then the delegate's adapter, then the depth that is left. A delegate may ask for its <see cref="GuestCaller"/> first.
/// What has more parameters, or several results, is made when it is asked for (<see cref="HostThunkEmitter"/>).
/// </summary>
internal static class HostThunks
{
    public const int ParametersMax = 16;

    public const int ResultsMax = 16;

    /// <summary>The most parameters of the methods below.</summary>
    private const int PlainParametersMax = 8;

    /// <summary>A delegate as modules may import it.</summary>
    public static HostDelegate Make(Delegate function)
    {
        Type kind = function.GetType();
        MethodInfo invoke = kind.GetMethod("Invoke")!;
        Type[] parameters = Array.ConvertAll(invoke.GetParameters(), static parameter => parameter.ParameterType);
        if (parameters.Length > 0 && parameters[0] == typeof(GuestCaller)) parameters = parameters[1..];
        if (parameters.Length > ParametersMax) throw new LinkException("a host function has at most 16 parameters");
        List<FieldInfo[]> elements = HostThunkEmitter.Elements(invoke.ReturnType);
        if (elements.Count > ResultsMax) throw new LinkException("a host function has at most 16 results");
        FunctionType type = elements.Count == 0
            ? GuestTypes.Of(invoke.ReturnType, parameters)
            : GuestTypes.Of(elements.ConvertAll(static path => path[^1].FieldType), parameters);
        bool returns = invoke.ReturnType != typeof(void);
        if (parameters.Length > PlainParametersMax || elements.Count > 0 || !IsPlain(kind))
        {
            if (!kind.IsVisible) throw new LinkException("the delegate's type " + kind.Name + " is not public");
            MethodInfo made = HostThunkEmitter.Make(kind, invoke, parameters, type, elements);
            return new HostDelegate(new HostFunction(type, made.MethodHandle.GetFunctionPointer()), function, made);
        }

        MethodInfo thunk = typeof(HostThunks).GetMethod((returns ? "Func" : "Action") + parameters.Length, BindingFlags.Static | BindingFlags.NonPublic)!;
        Type[] arguments = returns ? [.. parameters, invoke.ReturnType] : parameters;
        if (arguments.Length > 0) thunk = thunk.MakeGenericMethod(arguments);
        return new HostDelegate(new HostFunction(type, thunk.MethodHandle.GetFunctionPointer()), function, thunk);
    }

    private static bool IsPlain(Type kind) =>
        kind == typeof(Action) || (kind.IsGenericType && kind.Assembly == typeof(Action).Assembly
            && (kind.Name.StartsWith("Action`", StringComparison.Ordinal) || kind.Name.StartsWith("Func`", StringComparison.Ordinal)));

    private static void Action0(Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action plain) plain();
            else ((Action<GuestCaller>)binding.Target)(binding.Caller);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action1<T1>(T1 a, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1> plain) plain(a);
            else ((Action<GuestCaller, T1>)binding.Target)(binding.Caller, a);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action2<T1, T2>(T1 a, T2 b, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2> plain) plain(a, b);
            else ((Action<GuestCaller, T1, T2>)binding.Target)(binding.Caller, a, b);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action3<T1, T2, T3>(T1 a, T2 b, T3 c, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3> plain) plain(a, b, c);
            else ((Action<GuestCaller, T1, T2, T3>)binding.Target)(binding.Caller, a, b, c);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action4<T1, T2, T3, T4>(T1 a, T2 b, T3 c, T4 d, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3, T4> plain) plain(a, b, c, d);
            else ((Action<GuestCaller, T1, T2, T3, T4>)binding.Target)(binding.Caller, a, b, c, d);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action5<T1, T2, T3, T4, T5>(T1 a, T2 b, T3 c, T4 d, T5 e, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3, T4, T5> plain) plain(a, b, c, d, e);
            else ((Action<GuestCaller, T1, T2, T3, T4, T5>)binding.Target)(binding.Caller, a, b, c, d, e);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action6<T1, T2, T3, T4, T5, T6>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3, T4, T5, T6> plain) plain(a, b, c, d, e, f);
            else ((Action<GuestCaller, T1, T2, T3, T4, T5, T6>)binding.Target)(binding.Caller, a, b, c, d, e, f);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action7<T1, T2, T3, T4, T5, T6, T7>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3, T4, T5, T6, T7> plain) plain(a, b, c, d, e, f, g);
            else ((Action<GuestCaller, T1, T2, T3, T4, T5, T6, T7>)binding.Target)(binding.Caller, a, b, c, d, e, f, g);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static void Action8<T1, T2, T3, T4, T5, T6, T7, T8>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            if (binding.Target is Action<T1, T2, T3, T4, T5, T6, T7, T8> plain) plain(a, b, c, d, e, f, g, h);
            else ((Action<GuestCaller, T1, T2, T3, T4, T5, T6, T7, T8>)binding.Target)(binding.Caller, a, b, c, d, e, f, g, h);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func0<TResult>(Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<TResult> plain ? plain() : ((Func<GuestCaller, TResult>)binding.Target)(binding.Caller);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func1<T1, TResult>(T1 a, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, TResult> plain ? plain(a) : ((Func<GuestCaller, T1, TResult>)binding.Target)(binding.Caller, a);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func2<T1, T2, TResult>(T1 a, T2 b, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, TResult> plain ? plain(a, b) : ((Func<GuestCaller, T1, T2, TResult>)binding.Target)(binding.Caller, a, b);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func3<T1, T2, T3, TResult>(T1 a, T2 b, T3 c, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, TResult> plain ? plain(a, b, c) : ((Func<GuestCaller, T1, T2, T3, TResult>)binding.Target)(binding.Caller, a, b, c);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func4<T1, T2, T3, T4, TResult>(T1 a, T2 b, T3 c, T4 d, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, T4, TResult> plain ? plain(a, b, c, d) : ((Func<GuestCaller, T1, T2, T3, T4, TResult>)binding.Target)(binding.Caller, a, b, c, d);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func5<T1, T2, T3, T4, T5, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, T4, T5, TResult> plain ? plain(a, b, c, d, e) : ((Func<GuestCaller, T1, T2, T3, T4, T5, TResult>)binding.Target)(binding.Caller, a, b, c, d, e);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func6<T1, T2, T3, T4, T5, T6, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, T4, T5, T6, TResult> plain ? plain(a, b, c, d, e, f) : ((Func<GuestCaller, T1, T2, T3, T4, T5, T6, TResult>)binding.Target)(binding.Caller, a, b, c, d, e, f);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func7<T1, T2, T3, T4, T5, T6, T7, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, T4, T5, T6, T7, TResult> plain ? plain(a, b, c, d, e, f, g) : ((Func<GuestCaller, T1, T2, T3, T4, T5, T6, T7, TResult>)binding.Target)(binding.Caller, a, b, c, d, e, f, g);
        }
        finally
        {
            binding.Leave(before);
        }
    }

    private static TResult Func8<T1, T2, T3, T4, T5, T6, T7, T8, TResult>(T1 a, T2 b, T3 c, T4 d, T5 e, T6 f, T7 g, T8 h, Instance adapter, int depth)
    {
        HostBinding binding = HostBinding.Enter(adapter, depth, out int before);
        try
        {
            return binding.Target is Func<T1, T2, T3, T4, T5, T6, T7, T8, TResult> plain ? plain(a, b, c, d, e, f, g, h) : ((Func<GuestCaller, T1, T2, T3, T4, T5, T6, T7, T8, TResult>)binding.Target)(binding.Caller, a, b, c, d, e, f, g, h);
        }
        finally
        {
            binding.Leave(before);
        }
    }
}
