using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Actors;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Simulation;
using NodeRuntime.Simulation.Atlas;
using Xunit;

namespace NodeRuntime.Runtime.Tests.Snapshots;

/// <summary>A peer starts on a disk with a past: from which snapshot, over which blocks, and what it verifies on the way.</summary>
public sealed class FastStartTests
{
    private const ulong Height = 70;

    private readonly VirtualTimeDispatcher _time = new(1, World.Start);
    private readonly SimulatedSignatures _registry = new();
    private readonly CountedSignatures _signatures;
    private readonly Prng _prng = new(1);
    private readonly ImmutableArray<ISigner> _validators;
    private readonly Genesis _genesis;
    private readonly GrownChain _chain;
    private readonly SimulatedDisk _disk;
    private readonly List<string> _said = [];

    public FastStartTests()
    {
        _signatures = new CountedSignatures(_registry);
        _validators = [.. Enumerable.Range(0, 4).Select(_ => _registry.CreateSigner(_prng))];
        _genesis = new Genesis
        {
            Name = "past",
            IsDevelopment = true,
            Nonce = Hash256.Zero,
            Time = World.Start - Duration.FromSeconds(100),
            Parameters = ChainParameters.Development,
            Validators = [.. _validators.Select(static signer => new GenesisValidator(signer.PublicKey, 1))],
            Allocations = [.. _validators
                .Select(static signer => new GenesisAllocation(KeyPolicy.Single(signer.PublicKey).ToAccountId(), Amount.FromTokens(500), Amount.Zero))
                .OrderBy(static allocation => allocation.Account)],
        };
        _chain = new GrownChain(_genesis, _validators, _registry, Duration.FromMilliseconds(1000));
        _disk = new SimulatedDisk(_time, _prng.Fork(), Faults.None);
        IJournal journal = _disk.Open();
        foreach (JournalBatch batch in _chain.Records(Height, snapshotEvery: 20, Pay)) journal.Write(batch, static _ => { });
        _time.RunFor(Duration.FromSeconds(1));
        _disk.Crash();
    }

    [Fact]
    public void From_the_newest_snapshot_and_no_signature_of_a_transaction_is_verified()
    {
        LedgerTip tip = Start();
        Assert.Equal((new Height(Height), _chain.State.Root), (tip.Height, tip.State.Root));
        Assert.Equal(tip.Certified!.Header.ParentStateRoot, tip.Proven.Root);
        Assert.Contains(_said, static line => line.EndsWith("from the snapshot at height 60", StringComparison.Ordinal));
        // One certificate of three signatures proves all that is on the disk.
        Assert.InRange(_signatures.Verified, 3, 2 * 3);
    }

    [Theory]
    [InlineData("snapshot.2", 1UL, "from the snapshot at height 40", "the snapshot at height 60 is damaged: ChunkMissing")]
    [InlineData("snapshot.2", 0UL, "from the snapshot at height 40", "the snapshot in slot 2 has a damaged head")]
    public void A_rotten_snapshot_is_named_and_the_older_one_takes_over(string stream, ulong sequence, string start, string named)
    {
        _disk.Rot(stream, sequence);
        LedgerTip tip = Start();
        Assert.Equal((new Height(Height), _chain.State.Root), (tip.Height, tip.State.Root));
        Assert.Contains(_said, line => line.EndsWith(start, StringComparison.Ordinal));
        Assert.Contains(_said, line => line.StartsWith(named, StringComparison.Ordinal));
    }

    [Fact]
    public void A_torn_snapshot_has_no_head_and_is_none()
    {
        Erase("snapshot.2");
        LedgerTip tip = Start();
        Assert.Equal(_chain.State.Root, tip.State.Root);
        Assert.Contains(_said, static line => line.EndsWith("from the snapshot at height 40", StringComparison.Ordinal));
        Assert.DoesNotContain(_said, static line => line.Contains("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_any_snapshot_the_blocks_give_the_same_state()
    {
        for (int slot = 0; slot < Limits.SnapshotsKeptMax; slot++) Erase("snapshot." + slot);
        LedgerTip tip = Start();
        Assert.Equal((new Height(Height), _chain.State.Root), (tip.Height, tip.State.Root));
        Assert.DoesNotContain(_said, static line => line.Contains("from the snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_of_another_chain_in_its_place_is_not_started_from()
    {
        GrownChain other = new(_genesis, _validators, _registry, Duration.FromMilliseconds(2000));
        IJournal journal = _disk.Open();
        foreach (JournalBatch batch in other.Records(Height, snapshotEvery: 20))
        {
            ImmutableArray<JournalWrite> snapshots = [.. batch.Writes.Where(static write => write is JournalWrite.Put { Stream: "snapshot.0" or "snapshot.1" or "snapshot.2" })];
            if (!snapshots.IsEmpty) journal.Write(new JournalBatch(snapshots), static _ => { });
        }

        _time.RunFor(Duration.FromSeconds(1));
        _disk.Crash();
        LedgerTip tip = Start();
        Assert.Equal((new Height(Height), _chain.State.Root), (tip.Height, tip.State.Root));
        Assert.Contains(_said, static line => line.StartsWith("the snapshot at height 60 is damaged: RootMismatch", StringComparison.Ordinal));
    }

    private LedgerTip Start()
    {
        _signatures.Verified = 0;
        ActorSystem system = new("peer", _time, _prng.Fork());
        system.EventStream.Subscribe(ActorRef.FromDelegate<NodeLog>("log", said => _said.Add(said.Text)));
        SimulatedBlobs blobs = new();
        PeerNode node = NodeComposition.Compose(
            system,
            new NodeModel
            {
                Genesis = _genesis,
                Chain = _genesis.ChainId,
                Address = "10.0.0.1:26600",
                Api = string.Empty,
                Seeds = [],
                Region = string.Empty,
                Provider = null,
                BondTarget = Amount.Zero,
                Version = "0.1.0",
            },
            new NodePorts
            {
                Network = new SimulatedNetwork(_time, new Links(1, _prng.Fork(), new Marks())).Attach("10.0.0.1:26600", _validators[0].PublicKey, PeerRole.Peer),
                Journal = _disk.Open(),
                Blobs = blobs,
                Sandbox = new SimulatedSandbox(_time, _prng.Fork(), blobs),
                Entropy = new SimulatedEntropy(_prng.Fork()),
                Signer = _validators[0],
                Signatures = _signatures,
            });
        _time.RunFor(Duration.FromMilliseconds(100));
        Assert.NotNull(node.Tip);
        return node.Tip;
    }

    // Each block somebody pays somebody.
    private ImmutableArray<ReadOnlyMemory<byte>> Pay(Ledger.State.LedgerState state)
    {
        ISigner payer = _validators[(int)(state.Height.Number % 4)];
        AccountId account = KeyPolicy.Single(payer.PublicKey).ToAccountId();
        AccountId to = KeyPolicy.Single(_validators[(int)((state.Height.Number + 1) % 4)].PublicKey).ToAccountId();
        Transaction transaction = TransactionBuilder.Sign(
            payer, state.Chain, state.Records.Account(account).Sequence, state.Parameters.TransactionFee, new Height(1_000),
            [new Message.Transfer(to, new Amount(5))]);
        return [transaction.Encode()];
    }

    private void Erase(string stream)
    {
        IJournal journal = _disk.Open();
        journal.Write(new JournalBatch([new JournalWrite.TruncateBelow(stream, 1)]), static _ => { });
        _time.RunFor(Duration.FromSeconds(1));
        _disk.Crash();
    }

    private sealed class CountedSignatures(ISignatureVerifier inner) : ISignatureVerifier
    {
        public int Verified { get; set; }

        public SignatureVerdict Verify(in PublicKey key, Hash256 digest, in Signature signature)
        {
            Verified++;
            return inner.Verify(key, digest, signature);
        }
    }
}
