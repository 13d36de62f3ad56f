using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// The chain's randomness, 32 bytes in every header: each block hashes what its proposer reveals into its parent's.
///
///     b[0] = H(chain)    b[h] = H(b[h-1] || reveal[h])    reveal[h]: fixed long before, by the anchor of its proposer's chain
///
/// A proposer chooses nothing but whether its block comes to be. Whether a reveal is the one that was due the ledger checks before anybody
/// votes, so that a quorum stands behind it; that a beacon follows from its parent's and the reveal anybody can check with two headers.
/// </summary>
public static class Beacon
{
    /// <summary>Before the first block.</summary>
    public static Hash256 Genesis(ChainId chain) => Hasher.Tagged(HashDomain.BeaconValue, chain.Hash.AsSpan());

    /// <param name="reveal">None where the proposer has none left, or none that counts yet: the beacon goes on all the same, and adds nothing.</param>
    public static Hash256 Next(Hash256 parent, Hash256? reveal)
    {
        if (reveal is not { } shown) return Hasher.Tagged(HashDomain.BeaconValue, parent.AsSpan(), []);
        return Hasher.Tagged(HashDomain.BeaconValue, parent.AsSpan(), shown.AsSpan());
    }

    /// <summary>For whoever holds headers alone: whether a header's beacon follows from its parent's.</summary>
    /// <param name="parent">Null for the header of the first block.</param>
    public static BeaconVerdict Verify(BlockHeader? parent, BlockHeader header)
    {
        if (parent is not null ? header.ParentDigest != parent.Digest : header.ParentDigest != header.Chain.Hash) return BeaconVerdict.NotItsParent;
        Hash256 before = parent?.Beacon ?? Genesis(header.Chain);
        return header.Beacon == Next(before, header.Reveal) ? BeaconVerdict.Accepted : BeaconVerdict.BeaconWrong;
    }
}

/// <summary>What two headers show of a beacon, in the order of the checks.</summary>
public enum BeaconVerdict : byte
{
    Accepted,

    /// <summary>The second does not name the first as its parent.</summary>
    NotItsParent,
    BeaconWrong,
}
