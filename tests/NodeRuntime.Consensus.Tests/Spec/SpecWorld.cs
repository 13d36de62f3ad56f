using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Tests.Spec;

/// <summary>
/// The world of docs/spec/simplex.qnt with real machines in it: the model's validators 0, 1 and 3 are machines, 2 is the
/// Byzantine one, and each leads the view of its number. Blocks are named as the model names them, by digits.
/// </summary>
internal sealed class SpecWorld
{
    public const int None = -1;
    private const int Byzantine = 2;
    private const int Views = 3;
    private static readonly int[] ByzantineCodes = [20, 21, 1020, 1021];

    private readonly Bench _bench = new();
    private readonly int[] _validators = new int[4];
    private readonly SortedDictionary<int, SpecPeer> _peers = [];
    private readonly SortedDictionary<int, Block> _blocks = [];
    private readonly SortedDictionary<Hash256, int> _codes = [];

    public SpecWorld()
    {
        for (int view = 0; view < _validators.Length; view++) _validators[view] = _bench.Leader((ulong)view);
        _codes.Add(_bench.Genesis.ChainId.Hash, 0);
        foreach (int node in (int[])[0, 1, 3]) _peers.Add(node, new SpecPeer(this, node));
        foreach (SpecPeer peer in _peers.Values) peer.Begin();
    }

    public SpecPeer this[int node] => _peers[node];

    /// <summary>One thing is shown to one machine.</summary>
    public void Show(string what, int node, int code, int view)
    {
        // Long enough that no leader waits for the interval since its parent.
        _bench.Now += Duration.FromMilliseconds(300);
        _peers[node].Step(what switch
        {
            "proposal" => Hear(view, Proposal(code)),
            "body" => Hear(Byzantine, new ConsensusMessage.BlockBody(BlockOf(code))),
            "notarization" => Hear(Byzantine, new ConsensusMessage.Certified(Certificate(VoteKind.Notarize, view, code))),
            "finalization" or "nullification" => Hear(Byzantine, new ConsensusMessage.Certified(Certificate(VoteKind.Finalize, view, code))),
            "timer" => new ConsensusInput.TimerFired(ConsensusTimer.Advance),
            _ => throw new HarnessException("a step without a meaning: " + what),
        });
    }

    private ConsensusInput.Received Hear(int from, ConsensusMessage message) => new(_bench.Peer(_validators[from]), message);

    private ConsensusMessage.Propose Proposal(int code)
    {
        Block block = BlockOf(code);
        ulong view = block.Header.View.Number;
        return new ConsensusMessage.Propose(block, _bench.Vote(_validators[view], view, VoteKind.Notarize, block.Header.Digest));
    }

    /// <summary>A machine's own block, or one that the Byzantine leader makes now.</summary>
    private Block BlockOf(int code)
    {
        if (_blocks.TryGetValue(code, out Block? block)) return block;
        int parent = code / 100;
        int parentView = parent / 10 % 10;
        ImmutableArray<Certificate>.Builder skips = ImmutableArray.CreateBuilder<Certificate>();
        for (int view = parentView + 1; view < Byzantine; view++) skips.Add(Certificate(VoteKind.Finalize, view, None));
        Justification justification = new(parent == 0 ? null : Certificate(VoteKind.Notarize, parentView, parent), skips.ToImmutable());
        BlockHeader? above = parent == 0 ? null : _blocks[parent].Header;

        // Machines ask the ledger in the order of digests, the model in the order of codes: so a body is sought that makes them agree.
        int quarter = Array.IndexOf(ByzantineCodes, code);
        for (int attempt = 0; ; attempt++)
        {
            ImmutableArray<ReadOnlyMemory<byte>> body = [BitConverter.GetBytes(attempt)];
            BlockHeader header = new()
            {
                Chain = _bench.Genesis.ChainId,
                Epoch = new Epoch(0),
                View = new View(Byzantine),
                Height = above?.Height.Next ?? new Height(1),
                ParentView = new View((ulong)parentView),
                ParentDigest = above?.Digest ?? _bench.Genesis.ChainId.Hash,
                JustificationHash = justification.Hash,
                BodyRoot = MerkleTree.Root(body),
                ParentStateRoot = Hash256.Zero,
                Time = _bench.Now,
                Proposer = new ValidatorIndex((ushort)_validators[Byzantine]),
                Participation = [15],
                EvidenceRoot = MerkleTree.EmptyRoot,
                Beacon = Hash256.Zero,
            };
            if (header.Digest.AsSpan()[0] / 64 == quarter) return Name(code, new Block(header, justification, body));
        }
    }

    private Block Name(int code, Block block)
    {
        _blocks.Add(code, block);
        _codes.Add(block.Header.Digest, code);
        return block;
    }

    // Of the votes that the machines really cast, and the Byzantine one's.
    private Certificate Certificate(VoteKind kind, int view, int code)
    {
        List<int> signers = [_validators[Byzantine]];
        foreach ((int node, SpecPeer peer) in _peers)
        {
            if (peer.Votes.TryGetValue((kind, view), out int value) && value == code) signers.Add(_validators[node]);
        }

        Assert.InRange(signers.Count, 3, 4);
        Hash256? digest = code == None ? null : BlockOf(code).Header.Digest;
        return _bench.Certificate((ulong)view, kind, digest, [.. signers]);
    }

    /// <summary>One machine, and what it voted.</summary>
    internal sealed class SpecPeer
    {
        private readonly SpecWorld _world;
        private readonly ConsensusMachine _machine;

        public SpecPeer(SpecWorld world, int node)
        {
            _world = world;
            Genesis genesis = world._bench.Genesis;
            _machine = new ConsensusMachine(
                new ConsensusConfig
                {
                    Chain = genesis.ChainId,
                    ValidatorsAtStart = genesis.ValidatorSet,
                    Past = PastEpochs.None,
                    Parameters = genesis.Parameters,
                    GenesisTime = genesis.Time,
                    Signer = new KeyedHashSigner(world._validators[node]),
                    Signatures = world._bench.Signatures,
                    Prng = new Prng((ulong)node),
                },
                Recovery.Fresh);
        }

        /// <summary>By slot: a block's code, or <see cref="None"/>.</summary>
        public SortedDictionary<(VoteKind Kind, int View), int> Votes { get; } = [];

        public int View => (int)_machine.Snapshot.View.Number;

        public int Floor => _world._codes[_machine.Snapshot.FinalizedDigest];

        public int VoteIn(VoteKind kind, int view) => Votes.GetValueOrDefault((kind, view));

        // The model knows no time: a validator that has started has listened.
        public void Begin()
        {
            Instant started = _world._bench.Now - Bench.Listening;
            StepAt(started, new ConsensusInput.Pending(true));
            StepAt(started, new ConsensusInput.Start());
            Step(new ConsensusInput.TimerFired(ConsensusTimer.Fence));
        }

        public void Step(ConsensusInput input) => StepAt(_world._bench.Now, input);

        private void StepAt(Instant now, ConsensusInput input)
        {
            foreach (ConsensusEffect effect in _machine.Step(now, input)) Do(effect);
        }

        // What the model leaves out is the fourth view: it ends with the third.
        private void Do(ConsensusEffect effect)
        {
            switch (effect)
            {
                case ConsensusEffect.Check m:
                    Step(new ConsensusInput.Checked(m.Digest, true));
                    break;
                case ConsensusEffect.Build m when m.View.Number <= Views:
                    Step(new ConsensusInput.Built(m.View, m.Parent, m.Time, [new byte[] { 0 }], Hash256.Zero));
                    break;
                case ConsensusEffect.Broadcast { Message: ConsensusMessage.Propose m }:
                    BlockHeader header = m.Block.Header;
                    _world.Name((_world._codes[header.ParentDigest] * 100) + ((int)header.View.Number * 10), m.Block);
                    Note(m.LeaderVote);
                    break;
                case ConsensusEffect.Broadcast { Message: ConsensusMessage.Voted m }:
                    Note(m.Vote);
                    break;
                case ConsensusEffect.Blame or ConsensusEffect.Halt:
                    throw new HarnessException("nothing here is anybody's fault: " + effect);
                default:
                    break;
            }
        }

        // Said again is not voted again.
        private void Note(Vote vote)
        {
            (VoteKind, int) slot = (vote.Slot.Kind, (int)vote.Slot.View.Number);
            int value = vote.Value is { } digest ? _world._codes[digest] : None;
            Votes.TryAdd(slot, value);
            Assert.Equal(value, Votes[slot]);
        }
    }
}
