using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus;

// BLOCK SYNC: whoever was away asks for the chain from its floor up, in windows. One certificate at a window's end proves
// every block before it by hash link: nobody's word about a height is believed, no signature is checked twice. A window
// that does not come is asked for at another peer. Where more lies between two certificates than fits into an answer, the
// window's end comes first and hangs in the air: what is below it is asked for by the hash that its lowest block names, until it
// stands on the floor.
public sealed partial class ConsensusMachine
{
    // Blocks that may become final while one travels.
    private const ulong NearHeights = 4;

    private Height _syncHeight;
    private Instant? _syncAsked;
    private Hanging? _hanging;

    private bool IsSyncing => _syncHeight > _floor.Height;

    private void ReceiveTip(PeerId peer, CertifiedHeader tip)
    {
        if (tip.Header.Height <= _floor.Height) return;
        // One of a later epoch cannot be checked before its set is known, and is no reason to believe in a height.
        if (!tip.IsOfHeader || IsOfOtherEpoch(peer, tip.Header.Epoch)) return;
        // A block close by is asked for by its certificate; further away a window brings it with the others.
        bool isNear = tip.Header.Height.Number - _floor.Height.Number <= NearHeights;
        if (isNear) _syncAsked ??= _now;
        else _asked.TryAdd(tip.Finalization.Value!.Value, _now);
        if (!Hold(peer, tip.Finalization)) return;
        if (tip.Header.Height > _syncHeight) _syncHeight = tip.Header.Height;
        Sync(peer);
    }

    private void Sync(PeerId? hint)
    {
        if (!IsSyncing)
        {
            _hanging = null;
            return;
        }

        SetFetchTimer();
        if (_syncAsked is { } at && _now - at < _config.Parameters.NetworkDelay * 2) return;
        if (PeerFor(hint) is not { } peer) return;
        _syncAsked = _now;
        // The floor has come up to it by another way: what is left comes from the floor up.
        if (_hanging is { } held && held.Lowest.Height <= _floor.Height.Next) _hanging = null;
        Send(peer, _hanging is { Lowest: { } lowest }
            ? new ConsensusMessage.WantBranch(new Height(lowest.Height.Number - 1), lowest.ParentDigest)
            : new ConsensusMessage.WantChain(_floor.Height.Next));
    }

    private void ReceiveChain(PeerId peer, ConsensusMessage.Chain chain)
    {
        // Blocks that we have meanwhile are not news; the rest must begin right above the floor.
        ImmutableArray<Block> blocks = AboveFloor(chain.Blocks);
        if (blocks.IsEmpty) return;
        if (!Links(blocks, isTop: true) || !new CertifiedHeader(blocks[^1].Header, chain.Finalization).IsOfHeader)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ChainWrong));
            return;
        }

        CertificateVerdict verdict = CertificateRules.Check(
            chain.Finalization, _config.Chain, _set, _config.Signatures, out Verified<Certificate>? verified);
        if (verdict != CertificateVerdict.Accepted || verified is null)
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.CertificateWrong));
            return;
        }

        NoteForeign(chain.Finalization);
        Epoch epoch = _set.Epoch;
        if (blocks[0].Header.Height == _floor.Height.Next) Land(blocks, chain.Finalization);
        else _hanging ??= new Hanging(blocks, chain.Finalization);
        _syncAsked = null;
        _sealAsked = null;
        // A window ends at a seal: whoever showed us this one most likely has the next.
        if (_set.Epoch != epoch || _epochHeard.CompareTo(_set.Epoch) > 0) AskForSeal(peer);
        Sync(peer);
    }

    private void ReceiveBranch(PeerId peer, ImmutableArray<Block> blocks)
    {
        // Not asked for, or asked twice and here already.
        if (_hanging is not { } hanging || blocks.IsEmpty) return;
        if (blocks[^1].Header.Height.Number != hanging.Lowest.Height.Number - 1) return;
        if (blocks[^1].Header.Digest != hanging.Lowest.ParentDigest || !Links(blocks, isTop: false))
        {
            _effects.Add(new ConsensusEffect.Blame(peer, ConsensusFault.ChainWrong));
            return;
        }

        ImmutableArray<Block> held = [.. AboveFloor(blocks), .. hanging.Blocks];
        _hanging = null;
        if (held[0].Header.Height == _floor.Height.Next) Land(held, hanging.Finalization);
        else if (held.Length <= Limits.HangingBlocksMax && BytesOf(held) <= Limits.HangingBytesMax) _hanging = hanging with { Blocks = held };
        _syncAsked = null;
        Sync(peer);
    }

    private ImmutableArray<Block> AboveFloor(ImmutableArray<Block> blocks)
    {
        int first = 0;
        while (first < blocks.Length && blocks[first].Header.Height <= _floor.Height) first++;
        return blocks[first..];
    }

    private void Land(ImmutableArray<Block> blocks, Certificate finalization)
    {
        if (blocks[0].Header.ParentDigest == _floor.Digest) Deliver(blocks, finalization);
        else Halt(_floor.Finalization ?? finalization, finalization);
    }

    private static long BytesOf(ImmutableArray<Block> blocks)
    {
        long bytes = 0;
        foreach (Block block in blocks)
        {
            foreach (ReadOnlyMemory<byte> transaction in block.Transactions) bytes += transaction.Length;
        }

        return bytes;
    }

    // One epoch's blocks, and a seal at the very top alone.
    private bool Links(ImmutableArray<Block> blocks, bool isTop)
    {
        Hash256 parent = blocks[0].Header.ParentDigest;
        ulong first = blocks[0].Header.Height.Number;
        // Above the floor by the caller's care, so that the difference cannot wrap; a sum could.
        for (int i = 0; i < blocks.Length; i++)
        {
            Block block = blocks[i];
            BlockHeader header = block.Header;
            if (header.Chain != _config.Chain || header.ParentDigest != parent) return false;
            bool maySeal = isTop && i == blocks.Length - 1;
            if (header.Epoch != _set.Epoch || (header.IsSeal && !maySeal) || header.IsSeal != block.Justification.Succession is not null) return false;
            if (header.Height.Number < first || header.Height.Number - first != (ulong)i) return false;
            if (header.JustificationHash != block.Justification.Hash) return false;
            if (header.BodyRoot != MerkleTree.Root(block.Transactions)) return false;
            parent = header.Digest;
        }

        return true;
    }

    /// <summary>Blocks that are proven final and do not stand on the floor yet.</summary>
    private sealed record Hanging(ImmutableArray<Block> Blocks, Certificate Finalization)
    {
        public BlockHeader Lowest => Blocks[0].Header;
    }
}
