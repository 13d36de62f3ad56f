using System;

namespace NodeRuntime.Wasm.Execution;

/// <summary>The stack set aside for the guest ended before its counted depth did.</summary>
internal sealed class HostStackException() : Exception("the host's stack is exhausted");
