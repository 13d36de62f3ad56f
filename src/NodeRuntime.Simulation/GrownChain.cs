using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Reveals;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Runtime.Snapshots;

namespace NodeRuntime.Simulation;

/// <summary>
/// A chain that is grown instead of agreed on: every view has its leader's block, a quorum signs it, the ledger executes it. Each block is as
/// good as one of a network that lost no message, so that a peer given its records takes them for its own past. For measurements at
/// heights that would take days to reach.
/// </summary>
public sealed class GrownChain
{
    private readonly ChainId _chain;
    private readonly ValidatorSet _set;
    private readonly ImmutableArray<ISigner> _signers;
    private readonly ISignatureVerifier _signatures;
    private readonly Duration _step;
    private Certificate? _finalization;
    private Block? _tip;

    /// <param name="validators">Of genesis, in its order; as many of them sign as it takes.</param>
    /// <param name="step">Ledger time from one block to the next, in whole milliseconds.</param>
    public GrownChain(Genesis genesis, ImmutableArray<ISigner> validators, ISignatureVerifier signatures, Duration step)
    {
        _chain = genesis.ChainId;
        _set = genesis.ValidatorSet;
        _signers = validators;
        _signatures = signatures;
        _step = step;
        State = LedgerState.FromGenesis(genesis);
    }

    public LedgerState State { get; private set; }

    /// <summary>The block after the last, with the certificate that makes it final.</summary>
    public (Block Block, Certificate Finalization) Grow(ImmutableArray<ReadOnlyMemory<byte>> transactions)
    {
        View view = _tip is null ? View.Genesis.Next : _tip.Header.View.Next;
        Justification justification = new(_finalization, []);
        ValidatorIndex leader = LeaderSchedule.LeaderOf(_chain, _set, view);
        // Views follow each other, and genesis gave its validators no anchors.
        BlockTurn turn = new(leader, []) { Beacon = Beacon.Next(State.Beacon, null) };
        BlockContext context = BlockContext.After(State, State.Time + _step) with { Turn = turn };
        BlockHeader header = new()
        {
            Chain = _chain,
            Epoch = _set.Epoch,
            View = view,
            Height = context.Height,
            ParentView = _tip?.Header.View ?? View.Genesis,
            ParentDigest = _tip?.Header.Digest ?? _chain.Hash,
            JustificationHash = justification.Hash,
            BodyRoot = MerkleTree.Root(transactions),
            ParentStateRoot = State.Root,
            Time = context.Time,
            Proposer = leader,
            Participation = Everybody(_set.Count),
            EvidenceRoot = MerkleTree.EmptyRoot,
            Beacon = turn.Beacon,
        };
        BlockOutcome outcome = BlockApplication.Apply(State, context, transactions, _signatures);
        Invariant.Holds(outcome.Verdict == BlockVerdict.Accepted);
        State = outcome.State!;
        _tip = new Block(header, justification, transactions);
        _finalization = Sign(view, header.Digest);
        return (_tip, _finalization);
    }

    /// <summary>
    /// Grows up to a height and tells what a peer of that past has on its disk, in batches: blocks, the last snapshots, and its watermark.
    /// </summary>
    /// <param name="snapshotEvery">Snapshots at the last multiples of it below the height; 0 for none.</param>
    /// <param name="body">The transactions of a block that is to stand on a state; none where it is left out.</param>
    public IEnumerable<JournalBatch> Records(
        ulong height, ulong snapshotEvery, Func<LedgerState, ImmutableArray<ReadOnlyMemory<byte>>>? body = null)
    {
        const int BatchBlocks = 256;
        List<JournalWrite> writes = [];
        int slot = 0;
        while (State.Height.Number < height)
        {
            (Block block, Certificate finalization) = Grow(body?.Invoke(State) ?? []);
            writes.Add(ConsensusStore.PutBlock(block, finalization));
            ulong left = height - State.Height.Number;
            bool isDue = snapshotEvery > 0 && State.Height.Number % snapshotEvery == 0 && left > 0 && left < 3 * snapshotEvery;
            if (isDue) AddSnapshot(slot++, block.Header.Digest, writes);
            if (writes.Count < BatchBlocks) continue;
            yield return new JournalBatch([.. writes]);
            writes.Clear();
        }

        VoteSlot last = new(_set.Epoch, _tip!.Header.View, VoteKind.Finalize);
        writes.Add(ConsensusStore.PutWatermark(new Watermark(last, _tip.Header.Digest)));
        yield return new JournalBatch([.. writes]);
    }

    private void AddSnapshot(int slot, Hash256 digest, List<JournalWrite> writes)
    {
        LedgerSnapshot snapshot = LedgerSnapshot.Of(State);
        for (int i = 0; i < snapshot.Manifest.Chunks.Length; i++) writes.Add(SnapshotStore.PutChunk(slot, i, snapshot.EncodeChunk(i)));
        writes.Add(SnapshotStore.PutHead(slot, new SnapshotHead(State.Height, digest, State.Root, snapshot.Manifest)));
    }

    private Certificate Sign(View view, Hash256 digest)
    {
        VoteSlot slot = new(_set.Epoch, view, VoteKind.Finalize);
        Hash256 signed = slot.SigningDigest(_chain, digest);
        ImmutableArray<CertificateSigner>.Builder signers = ImmutableArray.CreateBuilder<CertificateSigner>();
        ulong weight = 0;
        for (int i = 0; i < _set.Count && weight < _set.Quorum; i++)
        {
            ValidatorIndex index = new((ushort)i);
            weight += _set[index].Weight;
            signers.Add(new CertificateSigner(index, _signers[i].Sign(signed)));
        }

        return new Certificate(slot, digest, signers.ToImmutable());
    }

    private static ImmutableArray<byte> Everybody(int count)
    {
        byte[] bits = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++) bits[i / 8] |= (byte)(1 << (i % 8));
        return [.. bits];
    }
}
