namespace NodeRuntime.Wasm.Binary;

/// <summary>
/// The instructions that are treated one by one. Numeric instructions (0x45 to 0xC4) stand in <see cref="NumericTable"/>; those behind
/// the prefix 0xFC are 0x100 and their second number, those behind 0xFD are 0x200 and theirs (<see cref="VectorTable"/>).
/// </summary>
internal static class Opcode
{
    public const int Unreachable = 0x00;
    public const int Nop = 0x01;
    public const int Block = 0x02;
    public const int Loop = 0x03;
    public const int If = 0x04;
    public const int Else = 0x05;
    public const int End = 0x0B;
    public const int Br = 0x0C;
    public const int BrIf = 0x0D;
    public const int BrTable = 0x0E;
    public const int Return = 0x0F;
    public const int Call = 0x10;
    public const int CallIndirect = 0x11;
    public const int ReturnCall = 0x12;
    public const int ReturnCallIndirect = 0x13;
    public const int Drop = 0x1A;
    public const int Select = 0x1B;
    public const int SelectTyped = 0x1C;
    public const int LocalGet = 0x20;
    public const int LocalSet = 0x21;
    public const int LocalTee = 0x22;
    public const int GlobalGet = 0x23;
    public const int GlobalSet = 0x24;
    public const int TableGet = 0x25;
    public const int TableSet = 0x26;
    public const int LoadFirst = 0x28;
    public const int LoadLast = 0x35;
    public const int StoreFirst = 0x36;
    public const int StoreLast = 0x3E;
    public const int MemorySize = 0x3F;
    public const int MemoryGrow = 0x40;
    public const int I32Const = 0x41;
    public const int I64Const = 0x42;
    public const int F32Const = 0x43;
    public const int F64Const = 0x44;
    public const int NumericFirst = 0x45;
    public const int I32Add = 0x6A;
    public const int I32Sub = 0x6B;
    public const int I32Mul = 0x6C;
    public const int I64Add = 0x7C;
    public const int I64Sub = 0x7D;
    public const int I64Mul = 0x7E;
    public const int NumericLast = 0xC4;
    public const int RefNull = 0xD0;
    public const int RefIsNull = 0xD1;
    public const int RefFunc = 0xD2;
    public const int TruncSatFirst = 0x100;
    public const int TruncSatLast = 0x107;
    public const int MemoryInit = 0x108;
    public const int DataDrop = 0x109;
    public const int MemoryCopy = 0x10A;
    public const int MemoryFill = 0x10B;
    public const int TableInit = 0x10C;
    public const int ElemDrop = 0x10D;
    public const int TableCopy = 0x10E;
    public const int TableGrow = 0x10F;
    public const int TableSize = 0x110;
    public const int TableFill = 0x111;
    public const int Last = 0x111;
    public const int VectorFirst = 0x200;
    public const int VectorLoad8Splat = 0x207;
    public const int VectorLoad64Splat = 0x20A;
    public const int VectorStore = 0x20B;
    public const int VectorConst = 0x20C;
    public const int VectorShuffle = 0x20D;

    /// <summary>i8x16.splat, behind which stand those of 16, 32 and 64 bits.</summary>
    public const int VectorSplat = 0x20F;
    public const int I32x4ExtractLane = 0x21B;
    public const int F32x4ExtractLane = 0x21F;
    public const int VectorLast = 0x2FF;
}
