using System;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Tests.Fraud;

/// <summary>A lie of each kind about one second, told by whoever it is asked of, in the smallest trees that hold it.</summary>
internal sealed class Lies(ChainId chain, string liar)
{
    private static readonly Hash256 One = Hasher.Sha256("one"u8);
    private static readonly Hash256 Other = Hasher.Sha256("other"u8);
    private static readonly Epoch Epoch = new(0);

    private PeerId Liar => LedgerWorld.Signer(liar).PublicKey.ToPeerId();

    public FraudProof Of(FraudKind kind, ulong second, string? harmed = null) => kind switch
    {
        FraudKind.SlotContradiction => Slot(new Round(second)),
        FraudKind.PromiseContradiction => Promises(new Round(second)),
        FraudKind.PromiseReplaced => Replaced(new Round(second)),
        FraudKind.PromiseOverdue => Overdue(new Round(second)),
        FraudKind.AcknowledgementBroken => Acknowledged(new Round(second), harmed is null ? null : LedgerWorld.Signer(harmed).PublicKey.ToPeerId()),
        FraudKind.WrongTotals => Totals(new Round(second)),
        FraudKind.CheckpointContradiction => Checkpoints(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static Message.ReportFraud Report(FraudProof proof, string? harmed = null) =>
        new([.. proof.Encode()], harmed is null ? null : LedgerWorld.Signer(harmed).PublicKey);

    private FraudProof Slot(Round round)
    {
        AggregationLeaf leaf = Second(round, One, 1, One);
        return Claim(FraudKind.SlotContradiction, [Sign(leaf), Sign(leaf with { ChildRoot = Other, Slot = 3 })], [], []);
    }

    private FraudProof Promises(Round round) => Claim(
        FraudKind.PromiseContradiction, [Sign(Promise(round, One)), Sign(Promise(round, Other))], [Way(One), Way(Other)], [One.ToArray(), Other.ToArray()]);

    private FraudProof Replaced(Round round)
    {
        byte[] pulse = Pulse(round);
        Hash256[] leaves = [RecordHash.Leaf(pulse), Other];
        AggregationLeaf second = Second(round, MerkleTree.Root(leaves), 2, leaves[0]);
        return Claim(
            FraudKind.PromiseReplaced, [Sign(Promise(round, One)), Sign(second)], [Way(One), Segment.Of(MerkleTree.ProveInclusion(leaves, 1), null)],
            [pulse, One.ToArray(), Other.ToArray()]);
    }

    private FraudProof Overdue(Round round)
    {
        byte[] pulse = Pulse(round);
        return Claim(FraudKind.PromiseOverdue, [Sign(Promise(round, One)), Sign(Second(round, RecordHash.Leaf(pulse), 1, RecordHash.Leaf(pulse)))], [], [pulse]);
    }

    private FraudProof Acknowledged(Round round, PeerId? harmed)
    {
        SlotAcknowledgement said = new(Liar, 1, 0, round, Epoch, One);
        byte[] absent = new AbsentLeaf(1, 0, round, harmed, harmed is null ? AbsenceReason.Vacant : AbsenceReason.Silent, Epoch).Encode();
        AggregationLeaf tree = Tree(round, absent);
        return Claim(FraudKind.AcknowledgementBroken, [Sign(said.Encode(), said.SigningDigest(chain)), Sign(tree)], [new Segment(1, 0, [], null)], [absent]);
    }

    private FraudProof Totals(Round round)
    {
        byte[] absent = new AbsentLeaf(1, 0, round, null, AbsenceReason.Vacant, Epoch).Encode();
        return Claim(FraudKind.WrongTotals, [Sign(Tree(round, absent) with { Events = 7, FirstTime = 1, LastTime = 1 })], [], [absent]);
    }

    private FraudProof Checkpoints()
    {
        (byte[] Statement, byte[] Signature) Text(Hash256 root)
        {
            string text = new Checkpoint(Checkpoint.OriginOf(chain), 7, root).Text;
            return Sign(Encoding.ASCII.GetBytes(text), ValidatorNote.SigningDigest(chain, text));
        }

        return Claim(FraudKind.CheckpointContradiction, [Text(One), Text(Other)], [], []);
    }

    private static Segment Way(Hash256 leaf) => Segment.Of(MerkleTree.ProveInclusion([leaf], 0), null);

    private byte[] Pulse(Round round) => new Heartbeat(
        new Salt(new byte[Salt.ByteCount]), Liar, round, null, 0, null, null, null, default, 0, AgentLevel.None).Encode();

    private EventPromise Promise(Round round, Hash256 leaf) => new(chain, Liar, Epoch, round, 1, 1, MerkleTree.Root([leaf]), round);

    private AggregationLeaf Second(Round round, Hash256 root, ulong size, Hash256 pulse) =>
        new(1, 0, round, Liar, root, size, size - 1, 0, size > 1 ? 5UL : 0, Epoch, pulse);

    private AggregationLeaf Tree(Round round, byte[] record) => new(2, 0, round, Liar, RecordHash.Leaf(record), 1, 0, 0, 0, Epoch, null);

    private (byte[] Statement, byte[] Signature) Sign(AggregationLeaf leaf) => Sign(leaf.Encode(), leaf.SigningDigest(chain));

    private (byte[] Statement, byte[] Signature) Sign(EventPromise promise) =>
        Sign(promise.Encode(), EventReceipt.SigningDigest(LedgerWorld.Signer(liar).PublicKey, promise.Encode()));

    private (byte[] Statement, byte[] Signature) Sign(byte[] statement, Hash256 digest) => (statement, LedgerWorld.Signer(liar).Sign(digest).Compact.ToArray());

    private FraudProof Claim(
        FraudKind kind, (byte[] Statement, byte[] Signature)[] signed, ImmutableArray<Segment> ways, ImmutableArray<ReadOnlyMemory<byte>> records) => new(
        kind, LedgerWorld.Signer(liar).PublicKey, [.. signed.Select(static it => (ReadOnlyMemory<byte>)it.Statement)],
        [.. signed.Select(static it => (ReadOnlyMemory<byte>)it.Signature)], ways, records);
}
