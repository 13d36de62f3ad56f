namespace NodeRuntime.Wasm.Binary;

/// <summary>The types of numeric instructions and of memory accesses, which a rule of ranges tells better than a list of 150 rows.</summary>
internal static class NumericTable
{
    // The conversions 0xA7 to 0xBF, which have no pattern: operand and result.
    private const string Conversions =
        "Ii" + "fi" + "fi" + "Fi" + "Fi" + "iI" + "iI" + "fI" + "fI" + "FI" + "FI" +
        "if" + "if" + "If" + "If" + "Ff" + "iF" + "iF" + "IF" + "IF" + "fF" + "fi" + "FI" + "if" + "IF";

    private const string LoadTypes = "iIfFiiiiIIIIII";
    private const string LoadSizes = "23230011001122";
    private const string StoreTypes = "iIfFiiIII";
    private const string StoreSizes = "232301012";

    public static bool IsBinary(int opcode) => opcode switch
    {
        >= 0x46 and <= 0x4F => true,
        >= 0x51 and <= 0x66 => true,
        >= 0x6A and <= 0x78 => true,
        >= 0x7C and <= 0x8A => true,
        >= 0x92 and <= 0x98 => true,
        >= 0xA0 and <= 0xA6 => true,
        _ => false,
    };

    public static bool IsRotation(int opcode) => opcode is 0x77 or 0x78 or 0x89 or 0x8A;

    public static WasmType Operand(int opcode) => opcode switch
    {
        >= 0x45 and <= 0x4F => WasmType.I32,
        >= 0x50 and <= 0x5A => WasmType.I64,
        >= 0x5B and <= 0x60 => WasmType.F32,
        >= 0x61 and <= 0x66 => WasmType.F64,
        >= 0x67 and <= 0x78 => WasmType.I32,
        >= 0x79 and <= 0x8A => WasmType.I64,
        >= 0x8B and <= 0x98 => WasmType.F32,
        >= 0x99 and <= 0xA6 => WasmType.F64,
        >= 0xA7 and <= 0xBF => Type(Conversions[(opcode - 0xA7) * 2]),
        0xC0 or 0xC1 => WasmType.I32,
        0xC2 or 0xC3 or 0xC4 => WasmType.I64,
        0x100 or 0x101 or 0x104 or 0x105 => WasmType.F32,
        0x102 or 0x103 or 0x106 or 0x107 => WasmType.F64,
        _ => WasmType.Unknown,
    };

    public static WasmType Result(int opcode) => opcode switch
    {
        >= 0x45 and <= 0x66 => WasmType.I32,
        >= 0xA7 and <= 0xBF => Type(Conversions[((opcode - 0xA7) * 2) + 1]),
        >= 0x100 and <= 0x103 => WasmType.I32,
        >= 0x104 and <= 0x107 => WasmType.I64,
        _ => Operand(opcode),
    };

    public static WasmType LoadType(int opcode) => Type(LoadTypes[opcode - Opcode.LoadFirst]);

    /// <summary>The logarithm of the bytes read.</summary>
    public static int LoadSize(int opcode) => LoadSizes[opcode - Opcode.LoadFirst] - '0';

    public static WasmType StoreType(int opcode) => Type(StoreTypes[opcode - Opcode.StoreFirst]);

    public static int StoreSize(int opcode) => StoreSizes[opcode - Opcode.StoreFirst] - '0';

    private static WasmType Type(char letter) => letter switch
    {
        'i' => WasmType.I32,
        'I' => WasmType.I64,
        'f' => WasmType.F32,
        'F' => WasmType.F64,
        _ => WasmType.Unknown,
    };
}
