using System.Collections.Generic;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus;

// R10 PULL: certificates and bodies go to whoever asks. Block sync: a finalized tip is proven by one certificate, its
// ancestors by hash links alone; nobody's word about a height is believed.
public sealed partial class ConsensusMachine
{
    private void Greet(PeerId peer)
    {
        if (_floor is { Block: { } block, Finalization: { } finalization })
        {
            Send(peer, new ConsensusMessage.Tip(new CertifiedHeader(block.Header, finalization)));
        }

        if (_view.Number > 1) Send(peer, new ConsensusMessage.HaveCertificate(new View(_view.Number - 1)));
    }

    private void GiveCertificate(PeerId peer, View view)
    {
        if (view <= _floor.View)
        {
            Greet(peer);
            return;
        }

        bool given = Give(peer, _finalizations, view) | Give(peer, _notarizations, view) | Give(peer, _nullifications, view);
        if (!given && view < _view) Greet(peer);
    }

    private bool Give(PeerId peer, SortedDictionary<View, Verified<Certificate>> shelf, View view)
    {
        if (!shelf.TryGetValue(view, out Verified<Certificate>? held)) return false;
        Send(peer, new ConsensusMessage.Certified(held.Value));
        return true;
    }

    private void GiveBlock(PeerId peer, Hash256 digest)
    {
        if (_blocks.TryGetValue(digest, out Candidate? candidate)) Send(peer, new ConsensusMessage.BlockBody(candidate.Block));
        else if (digest == _floor.Digest && _floor.Block is { } block) Send(peer, new ConsensusMessage.BlockBody(block));
    }

    // A body is taken where a certificate or a child that we keep names its digest: nothing else gets in unsigned.
    private void ReceiveBody(Block block)
    {
        Hash256 digest = block.Header.Digest;
        if (block.Header.View <= _floor.View || _blocks.ContainsKey(digest)) return;
        if (!IsCertified(digest) && !IsParentOfKept(digest)) return;
        if (ProposalRules.Check(block, _config.Chain, _config.Validators) != ProposalVerdict.Accepted) return;
        Keep(block, digest);
    }

    private bool IsParentOfKept(Hash256 digest)
    {
        foreach (Candidate candidate in _blocks.Values)
        {
            if (candidate.Block.Header.ParentDigest == digest) return true;
        }

        return false;
    }

    private void ReceiveTip(PeerId peer, CertifiedHeader tip)
    {
        if (tip.Header.Height <= _floor.Height) return;
        bool isFinal = tip.Finalization.IsFinalization && tip.Finalization.Slot.View == tip.Header.View
            && tip.Finalization.Value == tip.Header.Digest;
        if (!isFinal || !Hold(peer, tip.Finalization)) return;
        if (_syncTarget is not { } target || target.Height < tip.Header.Height) _syncTarget = (peer, tip.Header.Height);
        Sync();
    }

    private void Sync()
    {
        if (_syncTarget is not { } target) return;
        if (target.Height <= _floor.Height) _syncTarget = null;
        else Send(target.Peer, new ConsensusMessage.WantChain(_floor.Height.Next));
    }

    private void ReceiveChain(PeerId peer, ConsensusMessage.Chain chain)
    {
        // Blocks that we have meanwhile are not news; the rest must begin right above the floor.
        int first = 0;
        while (first < chain.Blocks.Length && chain.Blocks[first].Header.Height <= _floor.Height) first++;
        if (first == chain.Blocks.Length) return;
        System.Collections.Immutable.ImmutableArray<Block> blocks = chain.Blocks[first..];
        if (!Links(blocks, chain.Finalization))
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ChainWrong));
            return;
        }

        CertificateVerdict verdict = CertificateRules.Check(
            chain.Finalization, _config.Chain, _config.Validators, _config.Signatures, out Verified<Certificate>? verified);
        if (verdict != CertificateVerdict.Accepted || verified is null)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.CertificateWrong));
            return;
        }

        if (blocks[0].Header.ParentDigest != _floor.Digest)
        {
            if (blocks[0].Header.Height == _floor.Height.Next) Halt(chain.Finalization);
            return;
        }

        Deliver(blocks, chain.Finalization);
        Sync();
    }

    private bool Links(System.Collections.Immutable.ImmutableArray<Block> blocks, Certificate finalization)
    {
        Hash256 parent = blocks[0].Header.ParentDigest;
        ulong first = blocks[0].Header.Height.Number;
        // Above the floor by the caller's care, so that the difference cannot wrap; a sum could.
        for (int i = 0; i < blocks.Length; i++)
        {
            Block block = blocks[i];
            BlockHeader header = block.Header;
            if (header.Chain != _config.Chain || header.ParentDigest != parent) return false;
            if (header.Height.Number < first || header.Height.Number - first != (ulong)i) return false;
            if (header.JustificationHash != block.Justification.Hash) return false;
            if (header.BodyRoot != MerkleTree.Root(block.Transactions)) return false;
            parent = header.Digest;
        }

        return finalization.IsFinalization && finalization.Value == parent && finalization.Slot.View == blocks[^1].Header.View;
    }

    // What the log gave back; certificates and votes of ours were verified before they were written, and are again.
    private void Recover(System.Collections.Immutable.ImmutableArray<LogRecord> records)
    {
        foreach (LogRecord record in records)
        {
            if (record.View <= _floor.View) continue;
            switch (record)
            {
                case LogRecord.OwnVote m:
                    RecoverVote(m.Vote);
                    break;
                case LogRecord.Held m:
                    CertificateRules.Check(m.Certificate, _config.Chain, _config.Validators, _config.Signatures, out Verified<Certificate>? held);
                    if (held is not null) Shelf(m.Certificate.Slot.Kind, m.Certificate.Value).TryAdd(m.Certificate.Slot.View, held);
                    break;
                case LogRecord.Body m:
                    Hash256 digest = m.Block.Header.Digest;
                    _blocks.TryAdd(digest, new Candidate(m.Block, digest));
                    _proposals.TryAdd(m.Block.Header.View, digest);
                    break;
                default:
                    Invariant.Break("a log record without a rule");
                    break;
            }
        }

        _effects.Clear();
        _view = _watermark is { } mark && mark.Slot.View > _floor.View ? mark.Slot.View : _floor.View.Next;
    }

    private void RecoverVote(Vote vote)
    {
        CertificateRules.Check(vote, _config.Chain, _config.Validators, _config.Signatures, out Verified<Vote>? own);
        if (own is null || vote.Voter != _self) return;
        // A vote beyond the watermark was never durable with it: somebody has put back an old watermark.
        if (_watermark is null || vote.Slot.CompareTo(_watermark.Slot) > 0) _isFenced = true;
        _ownVotes[vote.Slot] = own;
        Count(own);
    }
}
