using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Proofs.Tests.Light;

/// <summary>A chain of epochs made by hand: of four validators two change at every seal, which stands at every hundredth height.</summary>
internal sealed class SealChain(ChainId chain, Func<string, ISigner> signerOf)
{
    public const ulong HeightsPerEpoch = 100;

    public ChainId Chain => chain;

    public static ImmutableArray<string> NamesOf(uint epoch) => epoch == 0 ? ["v0", "v1", "v2", "v3"] : ["v0", "v1", $"e{epoch}a", $"e{epoch}b"];

    public ValidatorSet Set(uint epoch) => new(
        new Epoch(epoch), [.. NamesOf(epoch).Select(name => new ValidatorMember(signerOf(name).PublicKey, 1))]);

    public BlockHeader Header(uint epoch, ulong height, ulong view) => new()
    {
        Chain = chain,
        Epoch = new Epoch(epoch),
        View = new View(view),
        Height = new Height(height),
        ParentView = new View(view - 1),
        ParentDigest = Hasher.Sha256("parent"u8),
        JustificationHash = Hasher.Sha256("justification"u8),
        BodyRoot = Hasher.Sha256("body"u8),
        ParentStateRoot = Hasher.Sha256("state"u8),
        Time = Instant.FromMilliseconds(1_000_000 + (long)height),
        Proposer = new ValidatorIndex(0),
        Participation = [15],
        EvidenceRoot = Hasher.Sha256([]),
        Beacon = Hasher.Sha256("beacon"u8),
    };

    public BlockHeader SealHeader(uint epoch) =>
        Header(epoch, (epoch + 1) * HeightsPerEpoch, 120) with { NextSetHash = Set(epoch + 1).Hash };

    public CertifiedHeader Certify(BlockHeader header, int votes = 3, Func<VoteSlot, VoteSlot>? change = null)
    {
        VoteSlot slot = new(header.Epoch, header.View, VoteKind.Finalize);
        if (change is not null) slot = change(slot);
        Hash256 digest = slot.SigningDigest(chain, header.Digest);
        ImmutableArray<CertificateSigner> signers =
        [
            .. NamesOf(header.Epoch.Number).Take(votes).Select((name, i) => new CertificateSigner(new ValidatorIndex((ushort)i), signerOf(name).Sign(digest))),
        ];
        return new CertifiedHeader(header, new Certificate(slot, header.Digest, signers));
    }

    public CertifiedHeader Block(uint epoch, ulong inEpoch, ulong? view = null) =>
        Certify(Header(epoch, (epoch * HeightsPerEpoch) + inEpoch, view ?? inEpoch + 1));

    public Seal Seal(uint epoch) => new(Certify(SealHeader(epoch)), Set(epoch + 1));

    /// <summary>From genesis into an epoch.</summary>
    public SetProof Proof(uint epochs) => new([.. Enumerable.Range(0, (int)epochs).Select(i => Seal((uint)i))]);
}
