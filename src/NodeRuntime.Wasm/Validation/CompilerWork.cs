using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Validation;

/// <summary>
/// What an instruction asks of the just-in-time compiler, in units of about 256 bytes of its memory, all of which it holds until the
/// function is done. Measured on functions of one kind of instruction; what branches or calls costs most. It is no price: fuel pays for
/// running, and a function beyond <see cref="ModuleLimits.CompilerWorkMax"/> is stepped.
/// </summary>
internal static class CompilerWork
{
    /// <summary>A value that a block, branch or call hands on.</summary>
    public const int Move = 4;

    /// <summary>Targets of br_table for one unit.</summary>
    public const int TargetsPerUnit = 4;

    public static int Of(int opcode) => opcode switch
    {
        Opcode.Nop or Opcode.End or Opcode.Drop => 0,
        Opcode.Block or Opcode.Br or Opcode.Return or Opcode.Loop or Opcode.GlobalSet => 8,
        Opcode.If or Opcode.Else or Opcode.BrIf or Opcode.Select or Opcode.SelectTyped => 20,
        Opcode.BrTable => 24,
        Opcode.Call or Opcode.ReturnCall => 20,
        Opcode.CallIndirect or Opcode.ReturnCallIndirect => 96,
        Opcode.LocalSet or Opcode.LocalTee => 4,
        Opcode.TableGet or Opcode.TableSet or Opcode.MemoryGrow => 36,
        >= Opcode.LoadFirst and <= Opcode.LoadLast => 14,
        >= Opcode.StoreFirst and <= Opcode.StoreLast => 18,
        // i32.div_s to rem_u, i64.div_s to rem_u: checks of their operands, each a branch to a trap.
        >= 0x6D and <= 0x70 or >= 0x7F and <= 0x82 => 24,
        Opcode.VectorShuffle => 120,
        _ when IsTruncation(opcode) => 120,
        _ when IsMinimum(opcode) || IsSpillingVector(opcode) => 60,
        // Arithmetic of floats makes NaNs canonical.
        >= 0x8B and <= 0xA6 or 0xB6 or 0xBB => 12,
        // Vectors; those that touch memory check their address first.
        >= Opcode.VectorFirst and <= Opcode.VectorStore or >= 0x254 and <= 0x25D => 28,
        >= Opcode.VectorFirst and <= Opcode.VectorLast => 14,
        >= Opcode.MemoryInit and <= Opcode.TableFill => 36,
        _ => 2,
    };

    /// <summary>
    /// Each of these takes 8 or 16 bytes of its own in a large function's frame: what they may be worth together keeps a frame below
    /// some 300 KiB, which the host's reserve of stack can bear.
    /// </summary>
    public static bool Spills(int opcode) =>
        opcode == Opcode.VectorShuffle || IsTruncation(opcode) || IsMinimum(opcode) || IsSpillingVector(opcode);

    private static bool IsTruncation(int opcode) => opcode
        is >= 0xA8 and <= 0xAB or >= 0xAE and <= 0xB1 or >= Opcode.TruncSatFirst and <= Opcode.TruncSatLast;

    /// <summary>min and max of floats.</summary>
    private static bool IsMinimum(int opcode) => opcode is 0x96 or 0x97 or 0xA4 or 0xA5;

    /// <summary>i8x16.popcnt, f32x4.nearest and f64x2.nearest.</summary>
    private static bool IsSpillingVector(int opcode) => opcode is 0x262 or 0x26A or 0x294;
}
