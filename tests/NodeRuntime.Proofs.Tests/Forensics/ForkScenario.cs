using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Forensics;

/// <summary>
/// Four validators, two of them run twice, and a chain that forks after its first block. One side holds 0, 1 and 2, the other 0, 1 and 3: three of
/// four decide, so both sides go on. In the next epoch four others vote, two of them run twice as well.
/// </summary>
internal sealed class ForkScenario
{
    public static readonly int[] One = [0, 1, 2];
    public static readonly int[] Other = [0, 1, 3];

    private readonly ISigner[] _signers;

    public ForkScenario(Func<string, ISigner> signerOf)
    {
        _signers = [.. Enumerable.Range(0, 8).Select(i => signerOf("validator " + i))];
        Genesis = new Genesis
        {
            Name = "fork",
            IsDevelopment = false,
            Nonce = Hash256.Zero,
            Time = Instant.FromMilliseconds(1_000),
            Parameters = ChainParameters.Development with { FaucetAmount = Amount.Zero },
            Validators = [.. _signers.Take(4).Select(static signer => new GenesisValidator(signer.PublicKey, 1))],
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

    public Certificate Certificate(ulong view, VoteKind kind, Hash256? value, int[] signers, uint epoch = 0)
    {
        VoteSlot slot = new(new Epoch(epoch), new View(view), kind);
        Hash256 digest = slot.SigningDigest(Chain, value);
        int first = (int)(epoch % 2) * 4;
        return new Certificate(slot, value, [.. signers.Select(i => new CertificateSigner(new ValidatorIndex((ushort)i), _signers[first + i].Sign(digest)))]);
    }

    /// <summary>Of even epochs the first four validators, of odd ones the four others.</summary>
    public ValidatorSet SetOf(uint epoch) =>
        new(new Epoch(epoch), [.. _signers.Skip((int)(epoch % 2) * 4).Take(4).Select(static signer => new ValidatorMember(signer.PublicKey, 1))]);

    /// <summary>What hands over to the next epoch's set, or to one with somebody else's votes.</summary>
    public ChainLink Seal(ulong view, ChainLink parent, int[] signers, ImmutableArray<Certificate> skips, ulong weight = 1, ulong? decidedIn = null)
    {
        uint epoch = parent.Header.IsSeal ? parent.Header.Epoch.Number + 1 : parent.Header.Epoch.Number;
        ValidatorSet next = SetOf(epoch + 1);
        next = new ValidatorSet(next.Epoch, [.. next.Members.Select((member, i) => i == 0 ? member with { Weight = weight } : member)]);
        ChainLink link = Link(view, parent, signers, skips);
        Justification justification = link.Justification with { Succession = new Succession(next, []) };
        BlockHeader header = link.Header with { JustificationHash = justification.Hash, NextSetHash = next.Hash };
        return new ChainLink(header, justification, Certificate(decidedIn ?? view, VoteKind.Finalize, header.Digest, signers, epoch));
    }

    public static Seal SealOf(ChainLink link) => new(new CertifiedHeader(link.Header, link.Finalization!), link.Justification.Succession!.Next);

    /// <summary>A final block on a parent, or on genesis.</summary>
    public ChainLink Link(ulong view, ChainLink? parent, int[] signers, ImmutableArray<Certificate> skips, byte content = 0)
    {
        // A seal stands where genesis stood.
        bool isFirst = parent is null || parent.Header.IsSeal;
        uint epoch = parent is null ? 0 : parent.Header.IsSeal ? parent.Header.Epoch.Number + 1 : parent.Header.Epoch.Number;
        Certificate? parentCertificate =
            isFirst ? null : Certificate(parent!.Header.View.Number, VoteKind.Notarize, parent.Header.Digest, signers, epoch);
        Justification justification = new(parentCertificate, skips);
        BlockHeader header = new()
        {
            Chain = Chain,
            Epoch = new Epoch(epoch),
            View = new View(view),
            Height = parent?.Header.Height.Next ?? new Height(1),
            ParentView = isFirst ? View.Genesis : parent!.Header.View,
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
        return new ChainLink(header, justification, Certificate(view, VoteKind.Finalize, header.Digest, signers, epoch));
    }
}
