using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Fuzz.Comparison;

/// <summary>
/// The vector instructions of which the specification leaves a NaN's bits open, by their numbers behind the prefix; not abs, neg, pmin,
/// pmax and whatever only moves lanes.
/// </summary>
internal static class NanLanes
{
    /// <summary>f32x4: demote, ceil to nearest, sqrt, add to max.</summary>
    public static bool IsSingle(int opcode) => (opcode - Opcode.VectorFirst)
        is 0x5E or >= 0x67 and <= 0x6A or 0xE3 or >= 0xE4 and <= 0xE9;

    /// <summary>f64x2: promote, ceil, floor, trunc, nearest, sqrt, add to max.</summary>
    public static bool IsDouble(int opcode) => (opcode - Opcode.VectorFirst)
        is 0x5F or 0x74 or 0x75 or 0x7A or 0x94 or 0xEF or >= 0xF0 and <= 0xF5;
}
