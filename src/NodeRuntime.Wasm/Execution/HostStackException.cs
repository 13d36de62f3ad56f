using System;

namespace NodeRuntime.Wasm.Execution;

/// <summary>The calling thread's stack ended before the guest's counted depth did.</summary>
internal sealed class HostStackException() : Exception("the host's stack is exhausted");
