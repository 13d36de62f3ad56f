using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>An inner node on a path: the bit in which its subtrees differ, and the hash of the one not taken.</summary>
public readonly record struct StateProofStep(int Bit, Hash256 Sibling)
{
    public static StateProofStep Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        StateProofStep step = new(reader.UInt16(), reader.Hash());
        reader.End();
        return step;
    }
}
