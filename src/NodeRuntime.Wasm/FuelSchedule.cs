using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm;

/// <summary>
/// What a run costs. A change of any price, or of the rule below, is a new version: fuel is part of a job's outcome.
///
/// <para>The rule. A function's code falls into straight runs. A run begins at the function's entry, at the head of a loop, behind
/// <c>if</c> and <c>else</c>, behind <c>br_if</c>, and behind the <c>end</c> of an <c>if</c> or of a block that some branch targets. The
/// instructions of a run are paid together, before its first one acts; code that no path reaches is free. A run that cannot be paid is
/// not begun: the trap is OutOfFuel and all fuel counts as used. Any other trap leaves paid what its run cost.</para>
///
/// <para>Instructions whose work depends on an operand pay for it when they know it: memory.fill, copy and init per 16 bytes, table
/// operations per entry, memory.grow per page, calls of the host per 8 bytes moved.</para>
/// </summary>
public static class FuelSchedule
{
    public const int Version = 2;

    /// <summary>block, loop, else, end, nop: they make no code.</summary>
    public const uint Structure = 0;

    /// <summary>Constants, locals, globals, integer and float arithmetic, comparisons, conversions, branches.</summary>
    public const uint Simple = 1;

    /// <summary>Loads and stores.</summary>
    public const uint Memory = 2;

    /// <summary>br_table.</summary>
    public const uint Table = 4;

    /// <summary>Division, remainder, square root, float to integer.</summary>
    public const uint Heavy = 8;

    /// <summary>Vector instructions that are a handful of the machine's: saturating conversions, i64x2.mul, shifts of bytes.</summary>
    public const uint VectorMiddle = 4;

    /// <summary>Vector division and square root.</summary>
    public const uint VectorHeavy = 12;

    /// <summary>A call or a tail call.</summary>
    public const uint Call = 8;

    public const uint CallIndirect = 12;

    /// <summary>Bulk memory and table instructions, before their length is counted.</summary>
    public const uint Bulk = 20;

    /// <summary>memory.grow, for each page of 64 KiB: the host clears it.</summary>
    public const uint GrowPage = 4096;

    /// <summary>Bytes of bulk memory work for one unit.</summary>
    public const uint BulkBytesPerUnit = 16;

    /// <summary>A call into the host, before the bytes it moves are counted.</summary>
    public const uint HostCall = 200;

    public const uint HostBytesPerUnit = 8;

    /// <summary>The rate of the guest's clock: about that of the engine on a machine of the day.</summary>
    public const uint UnitsPerNanosecond = 16;

    private static readonly uint[] VectorCosts = MakeVectorCosts();

    internal static uint Cost(int opcode) => opcode switch
    {
        Opcode.Block or Opcode.Loop or Opcode.Else or Opcode.End or Opcode.Nop => Structure,
        >= Opcode.LoadFirst and <= Opcode.StoreLast => Memory,
        Opcode.BrTable => Table,
        Opcode.Call or Opcode.ReturnCall => Call,
        Opcode.CallIndirect or Opcode.ReturnCallIndirect => CallIndirect,
        >= Opcode.VectorFirst => VectorCosts[opcode - Opcode.VectorFirst],
        Opcode.MemoryGrow => Bulk,
        >= Opcode.MemoryInit and <= Opcode.TableGrow or Opcode.TableFill => Bulk,
        // i32.div_s to rem_u, i64.div_s to rem_u.
        >= 0x6D and <= 0x70 or >= 0x7F and <= 0x82 => Heavy,
        // sqrt and div of f32 and f64.
        0x91 or 0x95 or 0x9F or 0xA3 => Heavy,
        // Truncations to integers.
        >= 0xA8 and <= 0xAB or >= 0xAE and <= 0xB1 or >= Opcode.TruncSatFirst and <= Opcode.TruncSatLast => Heavy,
        _ => Simple,
    };
    private static uint[] MakeVectorCosts()
    {
        var costs = new uint[Opcode.VectorLast - Opcode.VectorFirst + 1];
        for (int i = 0; i < costs.Length; i++)
        {
            if (VectorTable.Find(Opcode.VectorFirst + i) is { } vector) costs[i] = VectorCost(vector);
        }

        return costs;
    }

    /// <summary>By shape, and by name where one is far from its shape's.</summary>
    private static uint VectorCost(VectorInstruction vector) => vector.Shape switch
    {
        VectorShape.Load or VectorShape.Store => Memory,
        VectorShape.LoadLane or VectorShape.StoreLane => Memory + Simple,
        _ => vector.Name switch
        {
            "f32x4.div" or "f64x2.div" or "f32x4.sqrt" or "f64x2.sqrt" => VectorHeavy,
            "i32x4.trunc_sat_f64x2_s_zero" or "i32x4.trunc_sat_f64x2_u_zero" => VectorHeavy,
            "i32x4.trunc_sat_f32x4_s" or "i32x4.trunc_sat_f32x4_u" => VectorMiddle,
            "i64x2.mul" or "i16x8.q15mulr_sat_s" or "i8x16.popcnt" => VectorMiddle,
            "i64x2.extmul_low_i32x4_s" or "i64x2.extmul_high_i32x4_s" => VectorMiddle,
            "i64x2.extmul_low_i32x4_u" or "i64x2.extmul_high_i32x4_u" => VectorMiddle,
            "i8x16.shl" or "i8x16.shr_s" or "i8x16.shr_u" or "i64x2.shr_s" => VectorMiddle,
            "f32x4.min" or "f32x4.max" or "f64x2.min" or "f64x2.max" => VectorMiddle,
            _ => Simple,
        },
    };
}
