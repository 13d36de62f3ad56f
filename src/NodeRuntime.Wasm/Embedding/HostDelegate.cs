using System;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>A host function before an instance imports it.</summary>
internal sealed record HostDelegate(HostFunction Function, Delegate Target);
