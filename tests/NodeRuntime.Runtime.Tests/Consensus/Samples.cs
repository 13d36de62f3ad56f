using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Tests.Consensus;

/// <summary>Blocks and votes that are well formed; nobody checks their signatures here.</summary>
internal static class Samples
{
    private static KeyPair Pair { get; } = KeyPair.Generate(KeyAlgorithm.Secp256k1, new byte[KeyPair.EntropyByteCountMin]);

    public static Signature Signature { get; } = new(KeyAlgorithm.Secp256k1, new byte[Crypto.Signature.CompactByteCount]);

    public static Vote Vote(ulong view, Hash256? value) =>
        new(new VoteSlot(new Epoch(0), new View(view), VoteKind.Finalize), value, new ValidatorIndex(0), Signature);

    public static Evidence Evidence(ushort voter, ulong view)
    {
        Vote none = Vote(view, null) with { Voter = new ValidatorIndex(voter) };
        return Proofs.Chain.Evidence.Of(new ChainId(Hash256.Zero), none, none with { Value = Hasher.Sha256([1]) })!;
    }

    public static Certificate Certificate(ulong view, Hash256? value) =>
        new(new VoteSlot(new Epoch(0), new View(view), VoteKind.Finalize), value, [new CertificateSigner(new ValidatorIndex(0), Signature)]);

    /// <summary>The same block, sealing its epoch with a set of one.</summary>
    public static Block SealOf(Block block)
    {
        ValidatorSet next = new(block.Header.Epoch.Next, [new ValidatorMember(Pair.PublicKey, 1)]);
        Justification justification = block.Justification with { Succession = new Succession(next, [new CertificateSigner(new ValidatorIndex(0), Signature)]) };
        return block with { Justification = justification, Header = block.Header with { JustificationHash = justification.Hash, NextSetHash = next.Hash } };
    }

    public static Block Block(ulong height, ulong view)
    {
        Justification justification = new(null, []);
        BlockHeader header = new()
        {
            Chain = new ChainId(Hash256.Zero),
            Epoch = new Epoch(0),
            View = new View(view),
            Height = new Height(height),
            ParentView = new View(view - 1),
            ParentDigest = Hash256.Zero,
            JustificationHash = justification.Hash,
            BodyRoot = Hash256.Zero,
            ParentStateRoot = Hash256.Zero,
            Time = Instant.FromMilliseconds(1_767_225_600_000),
            Proposer = new ValidatorIndex(0),
            Participation = [1],
            EvidenceRoot = Hash256.Zero,
            Beacon = Hash256.Zero,
        };
        return new Block(header, justification, [new ReadOnlyMemory<byte>([1, 2, 3])]);
    }
}
