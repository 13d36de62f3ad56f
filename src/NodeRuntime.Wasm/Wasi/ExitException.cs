using System;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>proc_exit unwinds the guest's frames to the runner. It never leaves the engine.</summary>
internal sealed class ExitException(int code) : Exception("exit")
{
    public int Code { get; } = code;
}
