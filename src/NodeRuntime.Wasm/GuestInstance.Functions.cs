using System;
using NodeRuntime.Wasm.Embedding;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm;

/// <content>Exported functions as delegates: each call is one through a function pointer, without boxing.</content>
public sealed unsafe partial class GuestInstance
{
    /// <summary>An exported function without a result.</summary>
    /// <exception cref="LinkException">There is no such function, or it has another type.</exception>
    public Action Action(string export)
    {
        FunctionReference function = Find(export, typeof(void));
        return () =>
        {
            _run.Enter();
            try
            {
                ((delegate*<Instance, int, void>)function.Code)(function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1> Action<T1>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1));
        return (a) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, Instance, int, void>)function.Code)(a, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2> Action<T1, T2>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2));
        return (a, b) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, Instance, int, void>)function.Code)(a, b, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3> Action<T1, T2, T3>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3));
        return (a, b, c) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, Instance, int, void>)function.Code)(a, b, c, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3, T4> Action<T1, T2, T3, T4>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3), typeof(T4));
        return (a, b, c, d) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, T4, Instance, int, void>)function.Code)(a, b, c, d, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3, T4, T5> Action<T1, T2, T3, T4, T5>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5));
        return (a, b, c, d, e) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, T4, T5, Instance, int, void>)function.Code)(a, b, c, d, e, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3, T4, T5, T6> Action<T1, T2, T3, T4, T5, T6>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6));
        return (a, b, c, d, e, f) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, T4, T5, T6, Instance, int, void>)function.Code)(a, b, c, d, e, f, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3, T4, T5, T6, T7> Action<T1, T2, T3, T4, T5, T6, T7>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7));
        return (a, b, c, d, e, f, g) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, T4, T5, T6, T7, Instance, int, void>)function.Code)(a, b, c, d, e, f, g, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Action<T1, T2, T3, T4, T5, T6, T7, T8> Action<T1, T2, T3, T4, T5, T6, T7, T8>(string export)
    {
        FunctionReference function = Find(export, typeof(void), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7), typeof(T8));
        return (a, b, c, d, e, f, g, h) =>
        {
            _run.Enter();
            try
            {
                ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, Instance, int, void>)function.Code)(a, b, c, d, e, f, g, h, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    /// <summary>An exported function with a result, by the types of its parameters and then of its result.</summary>
    /// <exception cref="LinkException">There is no such function, or it has another type.</exception>
    public Func<TResult> Function<TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult));
        return () =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<Instance, int, TResult>)function.Code)(function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, TResult> Function<T1, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1));
        return (a) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, Instance, int, TResult>)function.Code)(a, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, TResult> Function<T1, T2, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2));
        return (a, b) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, Instance, int, TResult>)function.Code)(a, b, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, TResult> Function<T1, T2, T3, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3));
        return (a, b, c) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, Instance, int, TResult>)function.Code)(a, b, c, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, T4, TResult> Function<T1, T2, T3, T4, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3), typeof(T4));
        return (a, b, c, d) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, T4, Instance, int, TResult>)function.Code)(a, b, c, d, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, T4, T5, TResult> Function<T1, T2, T3, T4, T5, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5));
        return (a, b, c, d, e) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, T4, T5, Instance, int, TResult>)function.Code)(a, b, c, d, e, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, T4, T5, T6, TResult> Function<T1, T2, T3, T4, T5, T6, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6));
        return (a, b, c, d, e, f) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, T4, T5, T6, Instance, int, TResult>)function.Code)(a, b, c, d, e, f, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, T4, T5, T6, T7, TResult> Function<T1, T2, T3, T4, T5, T6, T7, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7));
        return (a, b, c, d, e, f, g) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, T4, T5, T6, T7, Instance, int, TResult>)function.Code)(a, b, c, d, e, f, g, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }

    public Func<T1, T2, T3, T4, T5, T6, T7, T8, TResult> Function<T1, T2, T3, T4, T5, T6, T7, T8, TResult>(string export)
    {
        FunctionReference function = Find(export, typeof(TResult), typeof(T1), typeof(T2), typeof(T3), typeof(T4), typeof(T5), typeof(T6), typeof(T7), typeof(T8));
        return (a, b, c, d, e, f, g, h) =>
        {
            _run.Enter();
            try
            {
                return ((delegate*<T1, T2, T3, T4, T5, T6, T7, T8, Instance, int, TResult>)function.Code)(a, b, c, d, e, f, g, h, function.Owner, _run.Depth);
            }
            catch (Exception exception) when (Run.IsOwn(exception))
            {
                throw _run.Translate(exception);
            }
            finally
            {
                _run.Exit();
                GC.KeepAlive(this);
            }
        };
    }
}
