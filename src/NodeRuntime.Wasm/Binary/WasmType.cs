namespace NodeRuntime.Wasm.Binary;

/// <summary>A value's type, by its byte in the binary format (section 5.3).</summary>
internal enum WasmType : byte
{
    /// <summary>The bottom type of unreachable code: any type at all. It never stands in a module.</summary>
    Unknown = 0,
    ExternRef = 0x6F,
    FuncRef = 0x70,
    V128 = 0x7B,
    F64 = 0x7C,
    F32 = 0x7D,
    I64 = 0x7E,
    I32 = 0x7F,
}
