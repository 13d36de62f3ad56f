using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Tests.Support;

/// <summary>
/// A chain of four validators with real signatures whose state a test writes by hand. What it answers is what an honest
/// gateway answers; each hook changes one thing at the moment it is made, so that everything after it is made over the change.
/// </summary>
internal sealed class HandMadeChain
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<StateKey, byte[]> _state = [];
    private readonly string _name;
    private (ulong Height, Hash256 Root)? _shown;

    public HandMadeChain(string name = "by hand")
    {
        _name = name;
        Genesis = new Genesis
        {
            Name = name,
            IsDevelopment = true,
            Nonce = Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(name)),
            Time = Instant.FromMilliseconds(900_000),
            Parameters = ChainParameters.Development,
            Validators = [.. Voters.Select(static voter => new GenesisValidator(TestKeys.SignerOf(voter).PublicKey, 1))],
            Allocations = [],
        };
        Chain = Genesis.ChainId;
    }

    public static ImmutableArray<string> Voters { get; } = ["v0", "v1", "v2", "v3"];

    public Genesis Genesis { get; }

    public ChainId Chain { get; }

    public ulong Height { get; set; } = 9;

    public Func<BlockHeader, BlockHeader> Header { get; init; } = static it => it;

    /// <summary>The header after it was certified.</summary>
    public Func<BlockHeader, BlockHeader> CertifiedHeader { get; init; } = static it => it;

    /// <summary>Who signs; by name. Three of the epoch's four where nobody is named.</summary>
    public ImmutableArray<string> Signers { get; init; } = [];

    /// <summary>Seals below the block, at the lowest heights; with each of them two validators change.</summary>
    public uint Epoch { get; set; }

    /// <summary>The height below the first seal.</summary>
    public ulong SealHeights { get; set; }

    public Func<Seal, Seal> Seal { get; init; } = static it => it;

    public static ImmutableArray<string> VotersOf(uint epoch) => epoch == 0 ? Voters : ["v0", "v1", $"e{epoch}a", $"e{epoch}b"];

    public Func<VoteSlot, VoteSlot> Slot { get; init; } = static it => it;

    public Func<StateProof, StateProof> Proof { get; init; } = static it => it;

    public Func<StateKey, StateKey> Asked { get; init; } = static it => it;

    public Func<StateAnswer, StateAnswer> Answer { get; init; } = static it => it;

    public void Put(StateKey key, Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        lock (_gate) _state[key] = writer.ToArray();
    }

    public void Put(AccountId account, AccountRecord record) => Put(StateKeys.Account(account), record.Write);

    public GenesisAnswer AnswerGenesis() => new(Chain.ToString(), Convert.ToBase64String(Genesis.Encode()));

    public SealsAnswer AnswerSeals(uint from) =>
        new(Epoch, [.. Enumerable.Range(0, (int)Epoch).Skip((int)from).Select(epoch => Convert.ToBase64String(Seal(SealOf((uint)epoch)).Encode()))]);

    public StateAnswer AnswerState(StateKey key)
    {
        lock (_gate)
        {
            HandMadeState state = new(_state);
            // One block has one state: what is changed after it was shown stands in a later one.
            if (_shown is var (height, root) && height == Height && root != state.Root) Height++;
            _shown = (Height, state.Root);
            WireWriter writer = new();
            Certify(state.Root).Write(writer);
            StateProof proof = Proof(state.Prove(Asked(key)));
            return Answer(new StateAnswer(Convert.ToBase64String(writer.ToArray()), Convert.ToBase64String(proof.Encode())));
        }
    }

    private Seal SealOf(uint epoch)
    {
        ValidatorSet next = new(
            new Epoch(epoch + 1), [.. VotersOf(epoch + 1).Select(static name => new ValidatorMember(TestKeys.SignerOf(name).PublicKey, 1))]);
        BlockHeader header = Block(epoch, SealHeights + epoch + 1, Hasher.Sha256("sealed"u8)) with { NextSetHash = next.Hash };
        return new Seal(Certify(header, new VoteSlot(header.Epoch, header.View, VoteKind.Finalize), VotersOf(epoch)[..3]), next);
    }

    private CertifiedHeader Certify(Hash256 root)
    {
        BlockHeader header = Header(Block(Epoch, Height, root));
        CertifiedHeader certified = Certify(
            header, Slot(new VoteSlot(header.Epoch, header.View, VoteKind.Finalize)), Signers.IsEmpty ? VotersOf(Epoch)[..3] : Signers);
        return certified with { Header = CertifiedHeader(header) };
    }

    private BlockHeader Block(uint epoch, ulong height, Hash256 root) => new()
    {
        Chain = Chain,
        Epoch = new Epoch(epoch),
        View = new View(height + 3),
        Height = new Height(height),
        ParentView = new View(height + 2),
        ParentDigest = Hasher.Sha256("parent"u8),
        JustificationHash = Hasher.Sha256("justification"u8),
        BodyRoot = Hasher.Sha256("body"u8),
        ParentStateRoot = root,
        Time = Instant.FromMilliseconds(StandingClock.Now.ToUnixTimeMilliseconds()),
        Proposer = new ValidatorIndex(0),
        Participation = [15],
        EvidenceRoot = Hasher.Sha256([]),
        Beacon = Hasher.Sha256("beacon"u8),
    };

    private static CertifiedHeader Certify(BlockHeader header, VoteSlot slot, ImmutableArray<string> names)
    {
        Hash256 digest = slot.SigningDigest(header.Chain, header.Digest);
        ImmutableArray<CertificateSigner> signers =
            [.. names.Select((name, i) => new CertificateSigner(new ValidatorIndex((ushort)i), TestKeys.SignerOf(name).Sign(digest)))];
        return new CertifiedHeader(header, new Certificate(slot, header.Digest, signers));
    }

    public override string ToString() => _name;
}
