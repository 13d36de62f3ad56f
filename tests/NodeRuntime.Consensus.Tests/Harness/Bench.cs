using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// One machine on a bench, and the keys of all its peers to write what they would say. View 1 is led by somebody else
/// unless the bench is asked for its leader.
/// </summary>
internal sealed class Bench
{
    private readonly Prng _prng = new(7);
    private readonly bool _isNew;

    private readonly ulong? _snapshotBehind;

    public Bench(int validators = 4, bool leads = false, Recovery? recovery = null, ulong? snapshotBehind = null)
    {
        _snapshotBehind = snapshotBehind;
        ImmutableArray<GenesisValidator>.Builder members = ImmutableArray.CreateBuilder<GenesisValidator>();
        for (int i = 0; i < validators; i++) members.Add(new GenesisValidator(KeyedHashSignatures.KeyOf(i), 1));
        Genesis = new Genesis
        {
            Name = "bench",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = Start,
            Parameters = ChainParameters.Development,
            Validators = members.ToImmutable(),
            Allocations = [],
        };
        // Scripts let the machine follow in the first two views; leaders follow from the nonce.
        for (byte nonce = 1; validators > 2 && Leader(2) == (Leader(1) + 1) % validators; nonce++) Genesis = Genesis with { Nonce = Hasher.Sha256([nonce]) };
        _isNew = recovery is null;
        Self = Leader(1);
        if (!leads) Self = (Self + 1) % validators;
        Now = Start + Duration.FromSeconds(5);
        Machine = Make(recovery ?? Recovery.Fresh);
    }

    public static Instant Start { get; } = Instant.FromMilliseconds(1_800_000_000_000);

    /// <summary>A started validator hears others first.</summary>
    public static Duration Listening => ChainParameters.Development.NetworkDelay * 2;

    public Genesis Genesis { get; }

    public int Self { get; }

    public ConsensusMachine Machine { get; private set; }

    public Instant Now { get; set; }

    public KeyedHashSignatures Signatures { get; } = new();

    /// <summary>Every effect since the last look.</summary>
    public List<ConsensusEffect> Seen { get; } = [];

    public int Leader(ulong view) => LeaderSchedule.LeaderOf(Genesis.ChainId, Genesis.ValidatorSet, new View(view)).Number;

    public int Other(params int[] excluded)
    {
        for (int i = 0; i < Genesis.Validators.Length; i++)
        {
            if (i != Self && !((ReadOnlySpan<int>)excluded).Contains(i)) return i;
        }

        throw new HarnessException("no other validator");
    }

    public ConsensusMachine Make(Recovery recovery) => Machine = new ConsensusMachine(
        new ConsensusConfig
        {
            Chain = Genesis.ChainId,
            ValidatorsAtStart = AtStart ?? Genesis.ValidatorSet,
            Past = Past,
            Parameters = Genesis.Parameters,
            GenesisTime = Genesis.Time,
            Signer = new KeyedHashSigner(Self),
            OtherSigners = OtherKey is { } other ? [new KeyedHashSigner(other)] : [],
            Signatures = Signatures,
            Prng = _prng.Fork(),
            SnapshotBehind = _snapshotBehind,
        },
        recovery);

    public PeerId Peer(int validator) => Genesis.Validators[validator].Key.ToPeerId();

    public Bench Begin()
    {
        for (int i = 0; i < Genesis.Validators.Length; i++)
        {
            if (i != Self) Step(new ConsensusInput.PeerConnected(Peer(i)));
        }

        Step(new ConsensusInput.Pending(true));
        Step(new ConsensusInput.Start());
        Seen.Clear();
        // A new one listens first; here nobody greets it with a chain that has begun, so that it may vote.
        if (_isNew) EndListening();
        return this;
    }

    public void EndListening()
    {
        Now += Listening;
        Step(new ConsensusInput.TimerFired(ConsensusTimer.Fence));
    }

    public ImmutableArray<ConsensusEffect> Step(ConsensusInput input)
    {
        ImmutableArray<ConsensusEffect> effects = Machine.Step(Now, input);
        Seen.AddRange(effects);
        // The ledger likes every block here.
        foreach (ConsensusEffect effect in effects)
        {
            if (effect is ConsensusEffect.Check check && LedgerAccepts) Step(new ConsensusInput.Checked(check.Digest, true));
        }

        return effects;
    }

    public PastEpochs Past { get; set; } = PastEpochs.None;

    /// <summary>For a machine that begins in a later epoch, to be made anew.</summary>
    public ValidatorSet? AtStart { get; set; }

    /// <summary>A second key, for a machine that is to be made anew.</summary>
    public int? OtherKey { get; set; }

    /// <summary>A set of the next epoch with these keys, a vote each.</summary>
    public static ValidatorSet SetOf(params int[] keys)
    {
        ImmutableArray<ValidatorMember>.Builder members = ImmutableArray.CreateBuilder<ValidatorMember>();
        foreach (int key in keys) members.Add(new ValidatorMember(KeyedHashSignatures.KeyOf(key), 1));
        return new ValidatorSet(new Epoch(1), members.ToImmutable());
    }

    /// <summary>The word of a set's member, signed by the given key.</summary>
    public Readiness Ready(ValidatorSet set, int member, int key) => new(
        set.Hash, new ValidatorIndex((ushort)member),
        KeyedHashSignatures.Compute(KeyedHashSignatures.KeyOf(key), Readiness.SigningDigest(Genesis.ChainId, set.Hash)));

    /// <summary>A good seal for a set: child of the given parent, with the readiness of the members at these places, signed by these keys.</summary>
    public Block Seal(ulong view, ValidatorSet next, Block? parent, params (int Member, int Key)[] ready)
    {
        ImmutableArray<CertificateSigner>.Builder signers = ImmutableArray.CreateBuilder<CertificateSigner>();
        foreach ((int member, int key) in ready) signers.Add(new CertificateSigner(new ValidatorIndex((ushort)member), Ready(next, member, key).Signature));
        Block block = Block(view, parent);
        Justification justification = block.Justification with { Succession = new Succession(next, signers.ToImmutable()) };
        return block with { Justification = justification, Header = block.Header with { JustificationHash = justification.Hash, NextSetHash = next.Hash } };
    }

    public Vote VoteIn(ValidatorSet set, int member, int key, ulong view, VoteKind kind, Hash256? value)
    {
        VoteSlot slot = new(set.Epoch, new View(view), kind);
        Signature signature = KeyedHashSignatures.Compute(KeyedHashSignatures.KeyOf(key), slot.SigningDigest(Genesis.ChainId, value));
        return new Vote(slot, value, new ValidatorIndex((ushort)member), signature);
    }

    public bool LedgerAccepts { get; set; } = true;

    public ImmutableArray<ConsensusEffect> Hear(int from, ConsensusMessage message) =>
        Step(new ConsensusInput.Received(Peer(from), message));

    public void Fire(ConsensusTimer timer) => Step(new ConsensusInput.TimerFired(timer));

    public Vote Vote(int voter, ulong view, VoteKind kind, Hash256? value)
    {
        VoteSlot slot = new(new Epoch(0), new View(view), kind);
        return new Vote(
            slot, value, new ValidatorIndex((ushort)voter),
            KeyedHashSignatures.Compute(KeyedHashSignatures.KeyOf(voter), slot.SigningDigest(Genesis.ChainId, value)));
    }

    /// <summary>Signed by the given validators; by all others than ourselves where none is given.</summary>
    public Certificate Certificate(ulong view, VoteKind kind, Hash256? value, params int[] signers)
    {
        ImmutableArray<CertificateSigner>.Builder list = ImmutableArray.CreateBuilder<CertificateSigner>();
        for (int i = 0; i < Genesis.Validators.Length; i++)
        {
            bool signs = signers.Length == 0 ? i != Self || Genesis.Validators.Length < 4 : Array.IndexOf(signers, i) >= 0;
            if (signs) list.Add(new CertificateSigner(new ValidatorIndex((ushort)i), Vote(i, view, kind, value).Signature));
        }

        return new Certificate(new VoteSlot(new Epoch(0), new View(view), kind), value, list.ToImmutable());
    }

    public Evidence Against(int voter, ulong view, VoteKind first, Hash256? one, VoteKind second, Hash256? other) =>
        Evidence.Of(Genesis.ChainId, Vote(voter, view, first, one), Vote(voter, view, second, other))
            ?? throw new HarnessException("these do not contradict each other");

    public Certificate Nullification(ulong view) => Certificate(view, VoteKind.Finalize, null);

    /// <summary>A good block: child of genesis or of the given parent, nullifications in between.</summary>
    public Block Block(ulong view, Block? parent = null, byte content = 1, params ImmutableArray<Evidence> evidence)
    {
        ulong parentView = parent?.Header.View.Number ?? 0;
        ImmutableArray<Certificate>.Builder skips = ImmutableArray.CreateBuilder<Certificate>();
        ulong first = Math.Max(parentView + 1, view > Limits.JustificationSkipsMax ? view - Limits.JustificationSkipsMax : 0);
        for (ulong u = first; u < view; u++) skips.Add(Nullification(u));
        Justification justification = new(
            parent is null ? null : Certificate(parentView, VoteKind.Notarize, parent.Header.Digest), skips.ToImmutable());
        ImmutableArray<ReadOnlyMemory<byte>> body = [new byte[] { content }];
        return new Block(
            new BlockHeader
            {
                Chain = Genesis.ChainId,
                Epoch = new Epoch(0),
                View = new View(view),
                Height = parent?.Header.Height.Next ?? new Height(1),
                ParentView = new View(parentView),
                ParentDigest = parent?.Header.Digest ?? Genesis.ChainId.Hash,
                JustificationHash = justification.Hash,
                BodyRoot = MerkleTree.Root(body),
                ParentStateRoot = Hash256.Zero,
                Time = Now,
                Proposer = new ValidatorIndex((ushort)Leader(view)),
                Participation = [15],
                EvidenceRoot = Evidence.RootOf(evidence),
                Beacon = Hash256.Zero,
            },
            justification,
            body)
        {
            Evidence = evidence,
        };
    }

    public ConsensusMessage.Propose Proposal(Block block)
    {
        ulong view = block.Header.View.Number;
        return new ConsensusMessage.Propose(block, Vote(Leader(view), view, VoteKind.Notarize, block.Header.Digest));
    }

    /// <summary>The block is proposed by its leader and notarized and finalized by everybody else.</summary>
    public void Finalize(Block block)
    {
        ulong view = block.Header.View.Number;
        Hear(Leader(view) == Self ? Other() : Leader(view), Proposal(block));
        Hear(Other(), new ConsensusMessage.Certified(Certificate(view, VoteKind.Notarize, block.Header.Digest)));
        Hear(Other(), new ConsensusMessage.Certified(Certificate(view, VoteKind.Finalize, block.Header.Digest)));
    }

    /// <summary>Our own votes among what was seen, proposals included.</summary>
    public List<Vote> Votes()
    {
        List<Vote> votes = [];
        foreach (ConsensusEffect effect in Seen)
        {
            if (effect is ConsensusEffect.Broadcast { Message: ConsensusMessage.Voted voted }) votes.Add(voted.Vote);
            if (effect is ConsensusEffect.Broadcast { Message: ConsensusMessage.Propose propose }) votes.Add(propose.LeaderVote);
        }

        return votes;
    }

    public List<T> Of<T>()
        where T : ConsensusEffect
    {
        List<T> found = [];
        foreach (ConsensusEffect effect in Seen)
        {
            if (effect is T one) found.Add(one);
        }

        return found;
    }

    public List<ConsensusMessage> SentTo(int peer)
    {
        List<ConsensusMessage> messages = [];
        foreach (ConsensusEffect effect in Seen)
        {
            if (effect is ConsensusEffect.Send send && send.Peer == Peer(peer)) messages.Add(send.Message);
        }

        return messages;
    }
}
