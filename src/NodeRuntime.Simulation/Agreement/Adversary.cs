using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Simulation.Atlas;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// The mouth of a validator that misbehaves: its machine is like any other and knows nothing of it; what leaves the house is held
/// back, delayed, changed or added to. Everything it makes up is signed with the key that it has.
/// </summary>
internal sealed class Adversary(FaultClass kind, AgreementWorld world, AgreementNode self)
{
    private const int BlocksMax = 32;

    private readonly SortedDictionary<EpochView, ConsensusMessage.Propose> _told = [];
    private readonly List<Block> _blocks = [];
    private EpochView _spammed;

    /// <summary>It remembers blocks, to build on the wrong ones.</summary>
    public void Heard(ConsensusMessage message)
    {
        if (kind != FaultClass.BadJustification) return;
        if (message is ConsensusMessage.Propose proposal) Remember(proposal.Block);
        if (message is ConsensusMessage.BlockBody body) Remember(body.Block);
    }

    public void Say(int to, ConsensusMessage message)
    {
        switch (kind)
        {
            case FaultClass.Withholder when message is ConsensusMessage.Voted or ConsensusMessage.Propose:
                world.Marks.Note(kind);
                return;
            case FaultClass.LateVoter when message is ConsensusMessage.Voted or ConsensusMessage.Propose:
                world.Marks.Note(kind);
                world.After(self.Clock.Stretch(Duration.FromMilliseconds(500 + (to * 150 % 900))), () => Send(to, message));
                return;
            case FaultClass.NullifySpammer:
                Spam(to, message);
                return;
            case FaultClass.EquivocatingProposer when message is ConsensusMessage.Propose m && to % 2 == 1:
                world.Marks.Note(kind);
                Send(to, Contradict(m));
                return;
            case FaultClass.BodyWithholder when message is ConsensusMessage.BlockBody or ConsensusMessage.Chain or ConsensusMessage.Branch:
            case FaultClass.BodyWithholder when message is ConsensusMessage.Propose && to % 2 == 0:
                world.Marks.Note(kind);
                return;
            case FaultClass.SelectiveSender when (to + (int)(self.EnteredView.Number % 2)) % 2 == 0:
                world.Marks.Note(kind);
                return;
            case FaultClass.LiarOfHeights:
                Lie(to, message);
                return;
            case FaultClass.BadCertificate when message is ConsensusMessage.Certified m:
                world.Marks.Note(kind);
                Send(to, new ConsensusMessage.Certified(Spoil(m.Certificate, to)));
                return;
            case FaultClass.BadJustification when message is ConsensusMessage.Propose m:
                Remember(m.Block);
                Send(to, Unjustified(m));
                return;
            default:
                Send(to, message);
                return;
        }
    }

    private void Send(int to, ConsensusMessage message) => world.Carry(self, to, new Frame(message));

    // Every view is to be skipped, this one and the next ones; and never a finalization.
    private void Spam(int to, ConsensusMessage message)
    {
        bool isFinal = message is ConsensusMessage.Voted { Vote: { Slot.Kind: VoteKind.Finalize, Value: not null } };
        if (!isFinal) Send(to, message);
        View view = self.EnteredView;
        if (view == View.Genesis || (message is not ConsensusMessage.HaveCertificate && !isFinal)) return;
        if (self.Snapshot is not { Self: { } voter } snapshot) return;
        EpochView at = new(snapshot.Validators.Epoch, view);
        if (at > _spammed) world.Marks.Note(kind);
        _spammed = at;
        for (ulong ahead = 0; ahead < 3; ahead++)
        {
            VoteSlot slot = new(at.Epoch, new View(view.Number + ahead), VoteKind.Finalize);
            Send(to, new ConsensusMessage.Voted(world.SignVote(self, slot, voter, null)));
        }
    }

    // A millisecond later is another block, and as good.
    private ConsensusMessage.Propose Contradict(ConsensusMessage.Propose proposal)
    {
        EpochView at = AtOf(proposal.Block);
        if (_told.TryGetValue(at, out ConsensusMessage.Propose? told)) return told;
        told = Sign(proposal.Block with { Header = proposal.Block.Header with { Time = proposal.Block.Header.Time + Duration.FromMilliseconds(1) } });
        if (_told.Count >= BlocksMax) _told.Clear();
        _told.Add(at, told);
        return told;
    }

    private static EpochView AtOf(Block block) => new(block.Header.Epoch, block.Header.View);

    private ConsensusMessage.Propose Sign(Block block)
    {
        VoteSlot slot = new(block.Header.Epoch, block.Header.View, VoteKind.Notarize);
        return new ConsensusMessage.Propose(block, world.SignVote(self, slot, block.Header.Proposer, block.Header.Digest));
    }

    // Heights, views and epochs that nobody has seen, with certificates that do not prove them.
    private void Lie(int to, ConsensusMessage message)
    {
        switch (message)
        {
            case ConsensusMessage.Tip m:
                world.Marks.Note(kind);
                BlockHeader header = m.Header.Header with { Height = new Height(m.Header.Header.Height.Number + 1000) };
                Certificate finalization = m.Header.Finalization with { Value = header.Digest };
                Send(to, new ConsensusMessage.Tip(new CertifiedHeader(header, finalization)));
                break;
            case ConsensusMessage.HaveCertificate m:
                world.Marks.Note(kind);
                Send(to, new ConsensusMessage.HaveCertificate(m.Epoch, new View(m.View.Number + 1_000_000)));
                Send(to, new ConsensusMessage.HaveCertificate(new Epoch(m.Epoch.Number + 3), m.View));
                Send(to, message);
                break;
            case ConsensusMessage.FenceAnswer { Highest: { } highest } m:
                world.Marks.Note(kind);
                Send(to, new ConsensusMessage.FenceAnswer(m.Nonce, highest with { Slot = highest.Slot with { View = new View(highest.Slot.View.Number + 1_000_000) } }));
                break;
            default:
                Send(to, message);
                break;
        }
    }

    private static Certificate Spoil(Certificate certificate, int place)
    {
        ImmutableArray<CertificateSigner> signers = certificate.Signers;
        return (place % 3) switch
        {
            0 => certificate with { Signers = signers[..^1] },
            1 => certificate with { Signers = signers.SetItem(0, signers[0] with { Signature = signers[^1].Signature }) },
            _ => certificate with { Slot = certificate.Slot with { View = certificate.Slot.View.Next } },
        };
    }

    // Of three views one each: without its first skip; a minute ahead of time; and on the parent's parent, as if the parent had never
    // been: the view between was not skipped, and no certificate says so.
    private ConsensusMessage.Propose Unjustified(ConsensusMessage.Propose proposal)
    {
        Block block = proposal.Block;
        ulong view = block.Header.View.Number;
        if (_told.TryGetValue(AtOf(block), out ConsensusMessage.Propose? told)) return told;
        if (!block.Justification.Skips.IsEmpty)
        {
            told = Justify(block, block.Justification with { Skips = block.Justification.Skips.RemoveAt(0) }, block.Header);
        }
        else if (view % 3 == 0)
        {
            told = Sign(block with { Header = block.Header with { Time = block.Header.Time + Duration.FromMinutes(1) } });
        }
        else if (_blocks.Find(known => known.Header.Digest == block.Header.ParentDigest) is { } parent && BeaconBelow(parent.Header) is { } below)
        {
            BlockHeader header = block.Header with
            {
                Height = parent.Header.Height,
                ParentView = parent.Header.ParentView,
                ParentDigest = parent.Header.ParentDigest,
                ParentStateRoot = parent.Header.ParentStateRoot,
                BodyRoot = MerkleTree.EmptyRoot,
                Beacon = Beacon.Next(below, block.Header.Reveal),
            };
            told = Justify(block with { Transactions = [] }, new Justification(parent.Justification.Parent, []), header);
        }
        else
        {
            return proposal;
        }

        world.Marks.Note(kind);
        if (_told.Count >= BlocksMax) _told.Clear();
        _told.Add(AtOf(block), told);
        return told;
    }

    private ConsensusMessage.Propose Justify(Block block, Justification justification, BlockHeader header) =>
        Sign(block with { Header = header with { JustificationHash = justification.Hash }, Justification = justification });

    private Hash256? BeaconBelow(BlockHeader header) => header.ParentDigest == header.Chain.Hash
        ? Beacon.Genesis(header.Chain)
        : _blocks.Find(known => known.Header.Digest == header.ParentDigest)?.Header.Beacon;

    private void Remember(Block block)
    {
        if (_blocks.Count == BlocksMax) _blocks.RemoveAt(0);
        _blocks.Add(block);
    }
}
