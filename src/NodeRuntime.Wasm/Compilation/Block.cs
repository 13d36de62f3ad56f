using System.Reflection.Emit;
using NodeRuntime.Wasm.Binary;

namespace NodeRuntime.Wasm.Compilation;

/// <summary>An open block of the function that is compiled.</summary>
internal sealed class Block
{
    public required int Opcode { get; set; }

    public required WasmType[] Parameters { get; init; }

    public required WasmType[] Results { get; init; }

    /// <summary>Pending operands below this height belong to the blocks around.</summary>
    public required int Height { get; init; }

    public required bool EnteredLive { get; init; }

    /// <summary>Where branches to it go: a loop's head, any other block's end.</summary>
    public Label Target { get; init; }

    public Label Else { get; init; }

    /// <summary>What a loop's head costs, which each branch to it takes; of any other block 0.</summary>
    public uint HeadCost { get; set; }

    /// <summary>Where a branch puts the values it carries.</summary>
    public LocalBuilder[] Carriers { get; init; } = [];

    /// <summary>The parameters of an if, for its second way.</summary>
    public Node[] Saved { get; init; } = [];

    /// <summary>What was proven at its entry, and when that was.</summary>
    public Reach[] Reaches { get; init; } = [];

    public Alias[] Aliases { get; init; } = [];

    public int Clock { get; init; }

    public bool Targeted { get; set; }

    /// <summary>A block in code that no path reaches.</summary>
    public static Block Dead(int opcode, int height) => new()
    {
        Opcode = opcode,
        Parameters = [],
        Results = [],
        Height = height,
        EnteredLive = false,
    };
}
