using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Sync;

/// <summary>
/// Whether blocks are a piece of one chain: each names the digest of the one before it, and its header names its justification
/// and its body. Who believes the last of them, for a certificate or for a child that names it, believes them all.
/// </summary>
public static class BlockLinks
{
    /// <param name="blocks">At least one, at any height.</param>
    public static bool Hold(ImmutableArray<Block> blocks, ChainId chain)
    {
        Hash256 parent = blocks[0].Header.ParentDigest;
        ulong first = blocks[0].Header.Height.Number;
        for (int i = 0; i < blocks.Length; i++)
        {
            Block block = blocks[i];
            BlockHeader header = block.Header;
            if (header.Chain != chain || header.ParentDigest != parent) return false;
            // A sum could wrap.
            if (header.Height.Number < first || header.Height.Number - first != (ulong)i) return false;
            if (!NamesItsParts(block)) return false;
            parent = header.Digest;
        }

        return true;
    }

    /// <summary>Justification, body and evidence are those of the header.</summary>
    public static bool NamesItsParts(Block block) =>
        block.Header.JustificationHash == block.Justification.Hash && block.Header.BodyRoot == MerkleTree.Root(block.Transactions)
        && block.Header.EvidenceRoot == Evidence.RootOf(block.Evidence);

    /// <summary>Whether a certificate, once it is verified, makes this header final.</summary>
    public static bool Finalizes(Certificate finalization, BlockHeader header) =>
        new CertifiedHeader(header, finalization).IsOfHeader;

    /// <summary>Whether blocks are of one epoch, and a seal stands at the very top alone, if it may: above it another set decides.</summary>
    public static bool AreOf(ImmutableArray<Block> blocks, Epoch epoch, bool maySealAtTop)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            BlockHeader header = blocks[i].Header;
            bool maySeal = maySealAtTop && i == blocks.Length - 1;
            if (header.Epoch != epoch || (header.IsSeal && !maySeal) || header.IsSeal != blocks[i].Justification.Succession is not null) return false;
        }

        return true;
    }
}
