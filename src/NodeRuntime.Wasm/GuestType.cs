namespace NodeRuntime.Wasm;

/// <summary>A WebAssembly value's type.</summary>
public enum GuestType
{
    I32,
    I64,
    F32,
    F64,
    V128,
    FuncRef,
    ExternRef,
}
