using System;

namespace NodeRuntime.Wasm;

/// <summary>
/// What a module may use beyond the scalar part of WebAssembly 2.0, which is always whole. A module that uses what is off is refused as
/// <see cref="ModuleVerdict.Unsupported"/> by the feature's name. What a module means never depends on them, only whether it is accepted.
/// </summary>
[Flags]
public enum WasmFeatures
{
    None = 0,

    /// <summary>The type v128 and the 236 vector instructions of WebAssembly 2.0.</summary>
    Simd = 1,

    /// <summary>return_call and return_call_indirect.</summary>
    TailCalls = 2,

    /// <summary>More than one memory in a module.</summary>
    MultiMemory = 4,

    /// <summary>Integer additions, subtractions and multiplications in constant expressions, and the module's own immutable globals.</summary>
    ExtendedConstants = 8,

    All = Simd | TailCalls | MultiMemory | ExtendedConstants,
}
