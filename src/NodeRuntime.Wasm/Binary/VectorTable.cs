using System;

namespace NodeRuntime.Wasm.Binary;

/// <summary>What a vector instruction takes and gives.</summary>
internal enum VectorShape
{
    /// <summary>An i32 address gives a v128.</summary>
    Load,

    /// <summary>Takes an i32 address and a v128.</summary>
    Store,

    /// <summary>An i32 address and a v128 give the v128 with one lane from memory.</summary>
    LoadLane,

    /// <summary>Takes an i32 address and a v128, of which one lane is stored.</summary>
    StoreLane,
    Const,

    /// <summary>Two v128 and sixteen immediate lanes.</summary>
    Shuffle,

    /// <summary>A number to a v128.</summary>
    Splat,

    /// <summary>A v128 and an immediate lane to a number.</summary>
    Extract,

    /// <summary>A v128, a number and an immediate lane.</summary>
    Replace,
    Unary,
    Binary,
    Ternary,

    /// <summary>A v128 and an i32 count.</summary>
    Shift,

    /// <summary>A v128 to an i32.</summary>
    Test,
}

/// <summary>One vector instruction.</summary>
/// <param name="Name">As the specification writes it.</param>
/// <param name="Scalar">The number that goes into or comes out of a lane.</param>
/// <param name="Lanes">How many there are; an immediate lane is below it.</param>
/// <param name="Size">The logarithm of the bytes that it reads or writes in memory.</param>
internal sealed record VectorInstruction(string Name, VectorShape Shape, WasmType Scalar, int Lanes, int Size)
{
    /// <summary>The name of its function: i8x16.add_sat_s is I8x16AddSatS.</summary>
    public string MethodName { get; } = MakeMethodName(Name);

    private static string MakeMethodName(string name)
    {
        string method = "";
        foreach (string part in name.Split('.', '_')) method += char.ToUpperInvariant(part[0]) + part[1..];
        return method;
    }
}

/// <summary>The 236 vector instructions behind the prefix 0xFD (section 5.4.9), in the order of their numbers; a dash is a number not given.</summary>
internal static class VectorTable
{
    // Name, shape, and for memory the logarithm of its bytes; four to a line.
    private const string Rows =
        """
        v128.load load 4, v128.load8x8_s load 3, v128.load8x8_u load 3, v128.load16x4_s load 3,
        v128.load16x4_u load 3, v128.load32x2_s load 3, v128.load32x2_u load 3, v128.load8_splat load 0,
        v128.load16_splat load 1, v128.load32_splat load 2, v128.load64_splat load 3, v128.store store 4,
        v128.const const, i8x16.shuffle shuffle, i8x16.swizzle binary, i8x16.splat splat,
        i16x8.splat splat, i32x4.splat splat, i64x2.splat splat, f32x4.splat splat,
        f64x2.splat splat, i8x16.extract_lane_s extract, i8x16.extract_lane_u extract, i8x16.replace_lane replace,
        i16x8.extract_lane_s extract, i16x8.extract_lane_u extract, i16x8.replace_lane replace, i32x4.extract_lane extract,
        i32x4.replace_lane replace, i64x2.extract_lane extract, i64x2.replace_lane replace, f32x4.extract_lane extract,
        f32x4.replace_lane replace, f64x2.extract_lane extract, f64x2.replace_lane replace, i8x16.eq binary,
        i8x16.ne binary, i8x16.lt_s binary, i8x16.lt_u binary, i8x16.gt_s binary,
        i8x16.gt_u binary, i8x16.le_s binary, i8x16.le_u binary, i8x16.ge_s binary,
        i8x16.ge_u binary, i16x8.eq binary, i16x8.ne binary, i16x8.lt_s binary,
        i16x8.lt_u binary, i16x8.gt_s binary, i16x8.gt_u binary, i16x8.le_s binary,
        i16x8.le_u binary, i16x8.ge_s binary, i16x8.ge_u binary, i32x4.eq binary,
        i32x4.ne binary, i32x4.lt_s binary, i32x4.lt_u binary, i32x4.gt_s binary,
        i32x4.gt_u binary, i32x4.le_s binary, i32x4.le_u binary, i32x4.ge_s binary,
        i32x4.ge_u binary, f32x4.eq binary, f32x4.ne binary, f32x4.lt binary,
        f32x4.gt binary, f32x4.le binary, f32x4.ge binary, f64x2.eq binary,
        f64x2.ne binary, f64x2.lt binary, f64x2.gt binary, f64x2.le binary,
        f64x2.ge binary, v128.not unary, v128.and binary, v128.andnot binary,
        v128.or binary, v128.xor binary, v128.bitselect ternary, v128.any_true test,
        v128.load8_lane load-lane 0, v128.load16_lane load-lane 1, v128.load32_lane load-lane 2, v128.load64_lane load-lane 3,
        v128.store8_lane store-lane 0, v128.store16_lane store-lane 1, v128.store32_lane store-lane 2, v128.store64_lane store-lane 3,
        v128.load32_zero load 2, v128.load64_zero load 3, f32x4.demote_f64x2_zero unary, f64x2.promote_low_f32x4 unary,
        i8x16.abs unary, i8x16.neg unary, i8x16.popcnt unary, i8x16.all_true test,
        i8x16.bitmask test, i8x16.narrow_i16x8_s binary, i8x16.narrow_i16x8_u binary, f32x4.ceil unary,
        f32x4.floor unary, f32x4.trunc unary, f32x4.nearest unary, i8x16.shl shift,
        i8x16.shr_s shift, i8x16.shr_u shift, i8x16.add binary, i8x16.add_sat_s binary,
        i8x16.add_sat_u binary, i8x16.sub binary, i8x16.sub_sat_s binary, i8x16.sub_sat_u binary,
        f64x2.ceil unary, f64x2.floor unary, i8x16.min_s binary, i8x16.min_u binary,
        i8x16.max_s binary, i8x16.max_u binary, f64x2.trunc unary, i8x16.avgr_u binary,
        i16x8.extadd_pairwise_i8x16_s unary, i16x8.extadd_pairwise_i8x16_u unary, i32x4.extadd_pairwise_i16x8_s unary, i32x4.extadd_pairwise_i16x8_u unary,
        i16x8.abs unary, i16x8.neg unary, i16x8.q15mulr_sat_s binary, i16x8.all_true test,
        i16x8.bitmask test, i16x8.narrow_i32x4_s binary, i16x8.narrow_i32x4_u binary, i16x8.extend_low_i8x16_s unary,
        i16x8.extend_high_i8x16_s unary, i16x8.extend_low_i8x16_u unary, i16x8.extend_high_i8x16_u unary, i16x8.shl shift,
        i16x8.shr_s shift, i16x8.shr_u shift, i16x8.add binary, i16x8.add_sat_s binary,
        i16x8.add_sat_u binary, i16x8.sub binary, i16x8.sub_sat_s binary, i16x8.sub_sat_u binary,
        f64x2.nearest unary, i16x8.mul binary, i16x8.min_s binary, i16x8.min_u binary,
        i16x8.max_s binary, i16x8.max_u binary, -, i16x8.avgr_u binary,
        i16x8.extmul_low_i8x16_s binary, i16x8.extmul_high_i8x16_s binary, i16x8.extmul_low_i8x16_u binary, i16x8.extmul_high_i8x16_u binary,
        i32x4.abs unary, i32x4.neg unary, -, i32x4.all_true test,
        i32x4.bitmask test, -, -, i32x4.extend_low_i16x8_s unary,
        i32x4.extend_high_i16x8_s unary, i32x4.extend_low_i16x8_u unary, i32x4.extend_high_i16x8_u unary, i32x4.shl shift,
        i32x4.shr_s shift, i32x4.shr_u shift, i32x4.add binary, -,
        -, i32x4.sub binary, -, -,
        -, i32x4.mul binary, i32x4.min_s binary, i32x4.min_u binary,
        i32x4.max_s binary, i32x4.max_u binary, i32x4.dot_i16x8_s binary, -,
        i32x4.extmul_low_i16x8_s binary, i32x4.extmul_high_i16x8_s binary, i32x4.extmul_low_i16x8_u binary, i32x4.extmul_high_i16x8_u binary,
        i64x2.abs unary, i64x2.neg unary, -, i64x2.all_true test,
        i64x2.bitmask test, -, -, i64x2.extend_low_i32x4_s unary,
        i64x2.extend_high_i32x4_s unary, i64x2.extend_low_i32x4_u unary, i64x2.extend_high_i32x4_u unary, i64x2.shl shift,
        i64x2.shr_s shift, i64x2.shr_u shift, i64x2.add binary, -,
        -, i64x2.sub binary, -, -,
        -, i64x2.mul binary, i64x2.eq binary, i64x2.ne binary,
        i64x2.lt_s binary, i64x2.gt_s binary, i64x2.le_s binary, i64x2.ge_s binary,
        i64x2.extmul_low_i32x4_s binary, i64x2.extmul_high_i32x4_s binary, i64x2.extmul_low_i32x4_u binary, i64x2.extmul_high_i32x4_u binary,
        f32x4.abs unary, f32x4.neg unary, -, f32x4.sqrt unary,
        f32x4.add binary, f32x4.sub binary, f32x4.mul binary, f32x4.div binary,
        f32x4.min binary, f32x4.max binary, f32x4.pmin binary, f32x4.pmax binary,
        f64x2.abs unary, f64x2.neg unary, -, f64x2.sqrt unary,
        f64x2.add binary, f64x2.sub binary, f64x2.mul binary, f64x2.div binary,
        f64x2.min binary, f64x2.max binary, f64x2.pmin binary, f64x2.pmax binary,
        i32x4.trunc_sat_f32x4_s unary, i32x4.trunc_sat_f32x4_u unary, f32x4.convert_i32x4_s unary, f32x4.convert_i32x4_u unary,
        i32x4.trunc_sat_f64x2_s_zero unary, i32x4.trunc_sat_f64x2_u_zero unary, f64x2.convert_low_i32x4_s unary, f64x2.convert_low_i32x4_u unary
        """;

    private static readonly VectorInstruction?[] Instructions = Parse();

    /// <summary>Null for a number that no instruction has.</summary>
    public static VectorInstruction? Find(int opcode) => Instructions[opcode - Opcode.VectorFirst];

    /// <summary>Of an opcode that a reader has given.</summary>
    public static VectorInstruction At(int opcode) => Instructions[opcode - Opcode.VectorFirst]!;

    private static VectorInstruction?[] Parse()
    {
        string[] rows = Rows.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var instructions = new VectorInstruction?[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] != "-") instructions[i] = ParseRow(rows[i].Split(' '));
        }

        return instructions;
    }

    private static VectorInstruction ParseRow(string[] words)
    {
        VectorShape shape = words[1] switch
        {
            "load" => VectorShape.Load,
            "store" => VectorShape.Store,
            "load-lane" => VectorShape.LoadLane,
            "store-lane" => VectorShape.StoreLane,
            "const" => VectorShape.Const,
            "shuffle" => VectorShape.Shuffle,
            "splat" => VectorShape.Splat,
            "extract" => VectorShape.Extract,
            "replace" => VectorShape.Replace,
            "unary" => VectorShape.Unary,
            "binary" => VectorShape.Binary,
            "ternary" => VectorShape.Ternary,
            "shift" => VectorShape.Shift,
            "test" => VectorShape.Test,
            _ => throw new InvalidOperationException("a vector instruction of no known shape"),
        };
        (WasmType scalar, int lanes) = words[0].Split('.')[0] switch
        {
            "i8x16" => (WasmType.I32, 16),
            "i16x8" => (WasmType.I32, 8),
            "i32x4" => (WasmType.I32, 4),
            "i64x2" => (WasmType.I64, 2),
            "f32x4" => (WasmType.F32, 4),
            "f64x2" => (WasmType.F64, 2),
            _ => (WasmType.Unknown, 0),
        };
        int size = words.Length > 2 ? words[2][0] - '0' : 0;
        if (shape is VectorShape.LoadLane or VectorShape.StoreLane) lanes = 16 >> size;
        return new VectorInstruction(words[0], shape, scalar, lanes, size);
    }
}
