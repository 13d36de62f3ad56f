using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>What is said of a longer way for an old receipt.</summary>
public enum ExtensionVerdict
{
    Accepted,

    /// <summary>Only what is in the calendar can be extended, and only so far as nobody needs a signature any more.</summary>
    StateWrong,

    /// <summary>The calendar's leaf would be another second.</summary>
    IndexMoved,
    NotLarger,

    /// <summary>A node to the left of the way has changed: that is the past, and the past does not change.</summary>
    PastChanged,

    /// <summary>The new path does not lead to the new root.</summary>
    PathWrong,

    /// <summary>The new calendar does not begin with the old one.</summary>
    NotConsistent,
}

/// <summary>Carries a receipt's last step into a larger calendar, to a later checkpoint or to a publication. All below it stays as it is.</summary>
public static class ReceiptExtension
{
    /// <param name="path">The leaf's place in the larger calendar.</param>
    /// <param name="growth">That the larger calendar begins with the one of the receipt's.</param>
    /// <param name="root">Of the larger calendar: of a checkpoint or a publication that the caller believes.</param>
    /// <param name="extended">
    /// The receipt in the larger calendar, still to be given its new state, checkpoint and signature: <see cref="EventReceipt.Sign"/> over the root,
    /// or none where it is published.
    /// </param>
    public static ExtensionVerdict TryExtend(
        EventReceipt receipt, MerkleInclusionProof path, MerkleConsistencyProof growth, Hash256 root, out EventReceipt? extended)
    {
        extended = null;
        if (receipt.State is ReceiptState.Promised || receipt.Segments.Length < 2) return ExtensionVerdict.StateWrong;
        Segment old = receipt.Segments[^1];
        if (receipt.Segments[^2].Next is not { } next) return ExtensionVerdict.StateWrong;
        if (path.Index != old.Index) return ExtensionVerdict.IndexMoved;
        if (path.Size <= old.Size) return ExtensionVerdict.NotLarger;
        Hash256 leaf = RecordHash.Leaf(next.Span);
        if (!IsPastKept(old, path)) return ExtensionVerdict.PastChanged;
        if (path.Verify(root, leaf) != MerkleVerdict.Accepted) return ExtensionVerdict.PathWrong;
        if (old.Fold(leaf, out Hash256 before) != ReceiptCode.None) return ExtensionVerdict.PathWrong;
        if (growth.FirstSize != old.Size || growth.SecondSize != path.Size) return ExtensionVerdict.NotConsistent;
        if (growth.Verify(before, root) != MerkleVerdict.Accepted) return ExtensionVerdict.NotConsistent;
        extended = receipt with { Segments = receipt.Segments.SetItem(receipt.Segments.Length - 1, Segment.Of(path, null)) };
        return ExtensionVerdict.Accepted;
    }

    // Siblings on the left are full subtrees of earlier seconds: one for each bit of the index, in every size.
    private static bool IsPastKept(Segment old, MerkleInclusionProof path)
    {
        ImmutableArray<Hash256> before = LeftOf(old.Size, old.Index, old.Path), after = LeftOf(path.Size, path.Index, path.Path);
        if (after.Length != before.Length) return false;
        for (int i = 0; i < before.Length; i++)
        {
            if (before[i] != after[i]) return false;
        }

        return true;
    }

    private static ImmutableArray<Hash256> LeftOf(ulong size, ulong index, ImmutableArray<Hash256> path)
    {
        ImmutableArray<Hash256>.Builder left = ImmutableArray.CreateBuilder<Hash256>();
        ulong last = size == 0 ? 0 : size - 1;
        foreach (Hash256 sibling in path)
        {
            if ((index & 1) == 1 || index == last)
            {
                left.Add(sibling);
                while (index != 0 && (index & 1) == 0)
                {
                    index >>= 1;
                    last >>= 1;
                }
            }

            index >>= 1;
            last >>= 1;
        }

        return left.ToImmutable();
    }
}
