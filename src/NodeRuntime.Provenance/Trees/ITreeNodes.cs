using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Trees;

/// <summary>The hashes of a tree that are at hand: in memory, or in tiles.</summary>
public interface ITreeNodes
{
    /// <summary>
    /// The root of the full subtree over the leaves index * 2^level to (index + 1) * 2^level. False where it is not kept; its children may be.
    /// Leaves (level 0) below the tree's size are always kept, unless they were pruned.
    /// </summary>
    bool TryNode(int level, ulong index, out Hash256 hash);
}
