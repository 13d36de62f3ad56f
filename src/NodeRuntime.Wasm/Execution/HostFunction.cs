using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Execution;

/// <summary>
/// A function of the host: a static method with the guest's parameters first, then the importing instance and the depth that is left.
/// </summary>
internal sealed record HostFunction(FunctionType Type, nint Code);
