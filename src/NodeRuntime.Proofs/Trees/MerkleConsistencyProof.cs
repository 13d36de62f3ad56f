using System.Collections.Immutable;
using System.Numerics;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Trees;

/// <summary>
/// That a tree is a beginning of a larger one: nothing was changed, only appended. On the wire: [first size, second
/// size, path]. The empty tree is a beginning of everything and needs no proof.
/// </summary>
public sealed record MerkleConsistencyProof(ulong FirstSize, ulong SecondSize, ImmutableArray<Hash256> Path)
{
    /// <summary>RFC 9162 section 2.1.4.2; two trees of one size need equal roots and no path.</summary>
    public MerkleVerdict Verify(Hash256 firstRoot, Hash256 secondRoot)
    {
        if (FirstSize == 0 || FirstSize > SecondSize) return MerkleVerdict.IndexOutOfRange;
        if (FirstSize == SecondSize)
        {
            if (!Path.IsEmpty) return MerkleVerdict.PathLengthWrong;
            return firstRoot == secondRoot ? MerkleVerdict.Accepted : MerkleVerdict.RootMismatch;
        }

        // A first tree of 2^k leaves is itself the subtree that the path begins with.
        bool isFull = BitOperations.IsPow2(FirstSize);
        if (!isFull && Path.IsEmpty) return MerkleVerdict.PathLengthWrong;
        Hash256 first = isFull ? firstRoot : Path[0];
        Hash256 second = first;
        ulong index = FirstSize - 1;
        ulong last = SecondSize - 1;
        int shift = BitOperations.TrailingZeroCount(~index);
        index >>= shift;
        last >>= shift;
        for (int i = isFull ? 0 : 1; i < Path.Length; i++)
        {
            Hash256 sibling = Path[i];
            if (last == 0) return MerkleVerdict.PathLengthWrong;
            if ((index & 1) == 1 || index == last)
            {
                first = MerkleTree.HashNode(sibling, first);
                second = MerkleTree.HashNode(sibling, second);
                while (index != 0 && (index & 1) == 0)
                {
                    index >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                second = MerkleTree.HashNode(second, sibling);
            }

            index >>= 1;
            last >>= 1;
        }

        if (last != 0) return MerkleVerdict.PathLengthWrong;
        return first == firstRoot && second == secondRoot ? MerkleVerdict.Accepted : MerkleVerdict.RootMismatch;
    }

    public void Write(WireWriter writer)
    {
        writer.Array(3).UInt64(FirstSize).UInt64(SecondSize).Array(Path.Length);
        foreach (Hash256 hash in Path) writer.Hash(hash);
        writer.End().End();
    }

    public static MerkleConsistencyProof Read(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        MerkleConsistencyProof proof = new(
            reader.UInt64(), reader.UInt64(), reader.List(Limits.MerklePathHashesMax, static r => r.Hash()));
        reader.End();
        return proof;
    }
}
