using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Forensics;

/// <summary>
/// Four validators, two of them run twice, and a chain that forks after its first block. One side holds 0, 1 and 2, the other 0, 1 and 3: three of
/// four decide, so both sides go on.
/// </summary>
internal sealed class ForkScenario
{
    public static readonly int[] One = [0, 1, 2];
    public static readonly int[] Other = [0, 1, 3];

    private readonly ISigner[] _signers;

    public ForkScenario(Func<string, ISigner> signerOf)
    {
        _signers = [.. Enumerable.Range(0, 4).Select(i => signerOf("validator " + i))];
        Genesis = new Genesis
        {
            Name = "fork",
            IsDevelopment = false,
            Nonce = Hash256.Zero,
            Time = Instant.FromMilliseconds(1_000),
            Parameters = ChainParameters.Development with { FaucetAmount = Amount.Zero },
            Validators = [.. _signers.Select(static signer => new GenesisValidator(signer.PublicKey, 1))],
            Allocations = [],
        };
        Common = Link(1, null, One, []);
        First = [Common with { Finalization = null }, Link(2, Common, One, [], content: 1)];
    }

    public Genesis Genesis { get; }

    public ChainId Chain => Genesis.ChainId;

    public ChainLink Common { get; }

    /// <summary>The common block and one on it in view 2, final.</summary>
    public ImmutableArray<ChainLink> First { get; }

    /// <summary>A chain that contradicts the first, each in another way.</summary>
    public ImmutableArray<ChainLink> Second(string way)
    {
        switch (way)
        {
            case "two finalizations of one view":
                return [Common, Link(2, Common, Other, [], content: 2)];
            case "a nullification":
                return [Common, Link(3, Common, Other, [Certificate(2, VoteKind.Finalize, null, Other)])];
            case "a notarization":
                ChainLink notarized = Link(2, Common, Other, [], content: 2) with { Finalization = null };
                return [Common, notarized, Link(3, notarized, Other, [])];
            case "a skip that did not travel":
                return [Common, Link(3, Common, Other, [])];
            case "a nullification that nobody signed":
                Certificate forged = Certificate(2, VoteKind.Finalize, Hash256.Zero, Other) with { Value = null };
                return [Common, Link(3, Common, Other, [forged])];
            default:
                throw new ArgumentException("no such way: " + way, nameof(way));
        }
    }

    public Certificate Certificate(ulong view, VoteKind kind, Hash256? value, int[] signers)
    {
        VoteSlot slot = new(new Epoch(0), new View(view), kind);
        Hash256 digest = slot.SigningDigest(Chain, value);
        return new Certificate(slot, value, [.. signers.Select(i => new CertificateSigner(new ValidatorIndex((ushort)i), _signers[i].Sign(digest)))]);
    }

    /// <summary>A final block on a parent, or on genesis.</summary>
    public ChainLink Link(ulong view, ChainLink? parent, int[] signers, ImmutableArray<Certificate> skips, byte content = 0)
    {
        Certificate? parentCertificate =
            parent is null ? null : Certificate(parent.Header.View.Number, VoteKind.Notarize, parent.Header.Digest, signers);
        Justification justification = new(parentCertificate, skips);
        BlockHeader header = new()
        {
            Chain = Chain,
            Epoch = new Epoch(0),
            View = new View(view),
            Height = parent?.Header.Height.Next ?? new Height(1),
            ParentView = parent?.Header.View ?? View.Genesis,
            ParentDigest = parent?.Header.Digest ?? Chain.Hash,
            JustificationHash = justification.Hash,
            BodyRoot = Hasher.Sha256([content]),
            ParentStateRoot = Hash256.Zero,
            Time = Instant.FromMilliseconds(2_000 + (long)view),
            Proposer = new ValidatorIndex(0),
            Participation = [15],
            EvidenceRoot = MerkleTree.EmptyRoot,
            Beacon = Hash256.Zero,
        };
        return new ChainLink(header, justification, Certificate(view, VoteKind.Finalize, header.Digest, signers));
    }
}
