namespace NodeRuntime.Wasm;

/// <summary>The outcome of <see cref="Wasm.Module.Load(System.ReadOnlyMemory{byte}, ModuleLimits, WasmFeatures)"/>: a module if and only if the verdict is Accepted.</summary>
/// <param name="Detail">Empty when accepted; else what is wrong and at which byte.</param>
public sealed record ModuleLoad(Module? Module, ModuleVerdict Verdict, string Detail);
