using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
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

    /// <summary>Who signs; by name.</summary>
    public ImmutableArray<string> Signers { get; init; } = ["v0", "v1", "v2"];

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

    public StateAnswer AnswerState(StateKey key)
    {
        lock (_gate)
        {
            HandMadeState state = new(_state);
            WireWriter writer = new();
            Certify(state.Root).Write(writer);
            StateProof proof = Proof(state.Prove(Asked(key)));
            return Answer(new StateAnswer(Convert.ToBase64String(writer.ToArray()), Convert.ToBase64String(proof.Encode())));
        }
    }

    private CertifiedHeader Certify(Hash256 root)
    {
        BlockHeader header = Header(new BlockHeader
        {
            Chain = Chain,
            Epoch = new Epoch(0),
            View = new View(Height + 3),
            Height = new Height(Height),
            ParentView = new View(Height + 2),
            ParentDigest = Hasher.Sha256("parent"u8),
            JustificationHash = Hasher.Sha256("justification"u8),
            BodyRoot = Hasher.Sha256("body"u8),
            ParentStateRoot = root,
            Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
            Proposer = new ValidatorIndex(0),
            Participation = [15],
            EvidenceRoot = Hasher.Sha256([]),
        });
        VoteSlot slot = Slot(new VoteSlot(header.Epoch, header.View, VoteKind.Finalize));
        Hash256 digest = slot.SigningDigest(header.Chain, header.Digest);
        ImmutableArray<CertificateSigner> signers =
            [.. Signers.Select((name, i) => new CertificateSigner(new ValidatorIndex((ushort)i), TestKeys.SignerOf(name).Sign(digest)))];
        return new CertifiedHeader(CertifiedHeader(header), new Certificate(slot, header.Digest, signers));
    }

    public override string ToString() => _name;
}
