namespace NodeRuntime.Wasm.Stepping;

/// <summary>
/// The operations that decoded code has beside the specification's own. They stand between the specification's numbers (up to
/// 0x111) and the vector instructions (from 0x200).
/// </summary>
internal static class StepCode
{
    /// <summary>Pays for a straight run: the price is Wide.</summary>
    public const int Charge = 0x120;

    /// <summary>Goes to Wide; the stack stays.</summary>
    public const int Skip = 0x121;

    /// <summary>Goes to Wide if the operand is zero; the stack below it stays.</summary>
    public const int SkipUnless = 0x122;

    /// <summary>Goes to Wide and cuts the stack to slot Narrow.</summary>
    public const int Jump = 0x123;

    /// <summary>The same if the operand is not zero.</summary>
    public const int JumpIf = 0x124;

    /// <summary>Goes by branch Wide of the function's list.</summary>
    public const int Carry = 0x125;

    public const int CarryIf = 0x126;

    /// <summary>br_table: the list's entry at Wide holds the count of targets, which follow it, the default last.</summary>
    public const int CarryTable = 0x127;

    public const int Return = 0x128;

    /// <summary>The same where the frame may hold references.</summary>
    public const int ReturnReferences = 0x129;

    public const int LocalGetReference = 0x12A;
    public const int LocalSetReference = 0x12B;
    public const int LocalTeeReference = 0x12C;
    public const int GlobalGetReference = 0x12D;
    public const int GlobalSetReference = 0x12E;
    public const int DropReference = 0x12F;
    public const int SelectReference = 0x130;

    /// <summary>Wide is the constant, sign-extended.</summary>
    public const int ConstantShort = 0x131;

    /// <summary>Wide is the constant's place in the function's list.</summary>
    public const int ConstantLong = 0x132;

    /// <summary>global.get and global.set of an import, whose slot holds an address.</summary>
    public const int GlobalGetImported = 0x133;
    public const int GlobalSetImported = 0x134;

    public const int LocalGetVector = 0x135;
    public const int LocalSetVector = 0x136;
    public const int LocalTeeVector = 0x137;
    public const int GlobalGetVector = 0x138;
    public const int GlobalSetVector = 0x139;
    public const int DropVector = 0x13A;
    public const int SelectVector = 0x13B;

    /// <summary>memory.size of another memory than the first.</summary>
    public const int FarSize = 0x13C;

    /// <summary>Loads and stores of another memory than the first, in the order of their opcodes.</summary>
    public const int FarAccessFirst = 0x140;
    public const int FarAccessLast = 0x156;
}
