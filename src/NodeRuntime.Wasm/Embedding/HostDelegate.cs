using System;
using System.Reflection;
using NodeRuntime.Wasm.Execution;

namespace NodeRuntime.Wasm.Embedding;

/// <summary>A host function before an instance imports it.</summary>
/// <param name="Thunk">Holds the code that the function's pointer leads to.</param>
internal sealed record HostDelegate(HostFunction Function, Delegate Target, MethodInfo Thunk);
