using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// That a leaf stands at an index of a tree. On the wire as RFC 9942 has it: [size, index, path]. The size says which
/// shape to walk; it is not proven by the root, so whoever signs a root signs its size with it.
/// </summary>
/// <param name="Path">From the leaf upwards.</param>
public sealed record MerkleInclusionProof(ulong Size, ulong Index, ImmutableArray<Hash256> Path)
{
    /// <summary>RFC 9162 section 2.1.3.2.</summary>
    public MerkleVerdict Verify(Hash256 root, Hash256 leaf)
    {
        if (Index >= Size) return MerkleVerdict.IndexOutOfRange;
        ulong index = Index;
        ulong last = Size - 1;
        Hash256 hash = leaf;
        foreach (Hash256 sibling in Path)
        {
            if (last == 0) return MerkleVerdict.PathLengthWrong;
            if ((index & 1) == 1 || index == last)
            {
                hash = MerkleTree.HashNode(sibling, hash);
                while (index != 0 && (index & 1) == 0)
                {
                    index >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                hash = MerkleTree.HashNode(hash, sibling);
            }

            index >>= 1;
            last >>= 1;
        }

        if (last != 0) return MerkleVerdict.PathLengthWrong;
        return hash == root ? MerkleVerdict.Accepted : MerkleVerdict.RootMismatch;
    }

    public void Write(WireWriter writer)
    {
        writer.Array(3).UInt64(Size).UInt64(Index).Array(Path.Length);
        foreach (Hash256 hash in Path) writer.Hash(hash);
        writer.End().End();
    }

    public static MerkleInclusionProof Read(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        MerkleInclusionProof proof = new(
            reader.UInt64(), reader.UInt64(), reader.List(Limits.MerklePathHashesMax, static r => r.Hash()));
        reader.End();
        return proof;
    }
}
