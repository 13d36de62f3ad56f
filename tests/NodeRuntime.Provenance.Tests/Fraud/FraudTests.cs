using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Tests.Receipts;

namespace NodeRuntime.Provenance.Tests.Fraud;

/// <summary>One proven claim of each kind, and claims that differ from it in one thing and accuse nobody.</summary>
public sealed class FraudTests
{
    private static readonly Hash256 Other = Samples.Hash("other");
    private static readonly ReceiptScenario World = new(Signing.Fake);
    private static readonly ISigner Liar = World.Issuer;
    private static readonly PeerId LiarId = Liar.PublicKey.ToPeerId();
    private static readonly AggregationLeaf Second = World.Tree.Close(2, World.Plan.Epoch);
    private static readonly FraudRules Rules = new(Samples.Chain, Signing.Fake.Verifier);

    // Events 2 to 6, of which the third is another than the second's tree has at its place.
    private static readonly Hash256[] Batch = [.. World.Events.Skip(1).Select((it, i) => i == 2 ? Other : RecordHash.Leaf(it.Span))];

    private static readonly EventPromise Promise = new(
        Samples.Chain, LiarId, World.Plan.Epoch, World.Round, ReceiptScenario.FirstSequence + 1, Batch.Length, MerkleTree.Root(Batch), World.Round);

    private static readonly SortedDictionary<string, (FraudVerdict Expected, FraudProof Proof)> Cases = Build();

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_claim_is_judged(string name)
    {
        (FraudVerdict expected, FraudProof proof) = Cases[name];
        byte[] bytes = proof.Encode();
        FraudProof read = FraudProof.TryDecode(bytes)!;
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(expected, Rules.Judge(read));
    }

    [Fact]
    public void Every_kind_is_proven_once_and_every_verdict_is_given()
    {
        Assert.Equal(
            Enum.GetValues<FraudKind>(), Cases.Values.Where(static it => it.Expected == FraudVerdict.Proven).Select(static it => it.Proof.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<FraudVerdict>(), Cases.Values.Select(static it => it.Expected).Distinct().Order());
    }

    [Fact]
    public void No_changed_byte_of_a_statement_or_signature_accuses_anybody()
    {
        foreach ((FraudVerdict expected, FraudProof proof) in Cases.Values.Where(static it => it.Expected == FraudVerdict.Proven))
        {
            Assert.Equal(FraudVerdict.Proven, expected);
            for (int part = 0; part < proof.Statements.Length; part++)
            {
                for (int i = 0; i < proof.Statements[part].Length; i += 5)
                {
                    Assert.NotEqual(FraudVerdict.Proven, Rules.Judge(proof with { Statements = Flip(proof.Statements, part, i) }));
                }

                Assert.Equal(FraudVerdict.SignatureWrong, Rules.Judge(proof with { Signatures = Flip(proof.Signatures, part, 9) }));
            }

            Assert.NotEqual(FraudVerdict.Proven, new FraudRules(new ChainId(Other), Signing.Fake.Verifier).Judge(proof));
        }
    }

    [Fact]
    public void Bytes_that_are_no_claim_are_refused()
    {
        byte[] good = Cases["a second told twice"].Proof.Encode();
        for (int length = 0; length < good.Length; length++) Assert.Null(FraudProof.TryDecode(good.AsMemory(0, length)));
        Assert.Null(FraudProof.TryDecode((byte[])[.. good, 0]));
        Assert.Null(FraudProof.TryDecode(new byte[Limits.FraudProofBytesMax + 1]));
        good[5] = 8;
        Assert.Null(FraudProof.TryDecode(good));
    }

    private static SortedDictionary<string, (FraudVerdict Expected, FraudProof Proof)> Build()
    {
        SortedDictionary<string, (FraudVerdict, FraudProof)> cases = new(StringComparer.Ordinal);
        AddSlots(cases);
        AddPromises(cases);
        AddParents(cases);
        AddCheckpoints(cases);
        return cases;
    }

    private static void AddSlots(SortedDictionary<string, (FraudVerdict, FraudProof)> cases)
    {
        FraudProof Twice(AggregationLeaf other) => Claim(FraudKind.SlotContradiction, [Sign(Second), Sign(other)], [], []);
        AggregationLeaf lie = Second with { ChildRoot = Other };
        cases["a second told twice"] = (FraudVerdict.Proven, Twice(lie));
        cases["a second told twice, to two parents"] = (FraudVerdict.Proven, Twice(lie with { Slot = 7 }));
        cases["a second with two totals"] = (FraudVerdict.Proven, Twice(Second with { ChildSize = 9, Events = 8 }));
        cases["one second in two slots"] = (FraudVerdict.NoContradiction, Twice(Second with { Slot = 7 }));
        cases["the same twice"] = (FraudVerdict.NoContradiction, Twice(Second));
        cases["two seconds"] = (FraudVerdict.PlacesDiffer, Twice(lie with { Round = Second.Round.Next }));
        cases["two epochs"] = (FraudVerdict.PlacesDiffer, Twice(lie with { Epoch = new Epoch(9) }));
        cases["another's second"] = (FraudVerdict.CulpritForeign, Twice(lie with { Child = new PeerId(Other) }));
        cases["a statement that is none"] =
            (FraudVerdict.StatementMalformed, Twice(lie) with { Statements = [Second.Encode(), Promise.Encode()] });
        cases["one statement"] = (FraudVerdict.PartsWrong, Claim(FraudKind.SlotContradiction, [Sign(Second)], [], []));
        cases["a way that is not wanted"] = (FraudVerdict.PartsWrong, Twice(lie) with { Ways = [new Segment(1, 0, [], null)] });
        cases["a signature of another statement"] = (FraudVerdict.SignatureWrong, Twice(lie) with { Signatures = [Sign(Second).Signature, Sign(Second).Signature] });
    }

    private static void AddPromises(SortedDictionary<string, (FraudVerdict, FraudProof)> cases)
    {
        Hash256[] again = [Samples.Hash("another first"), Batch[3]];
        EventPromise second = Promise with { First = Promise.First + 2, Count = 2, Root = MerkleTree.Root(again) };
        FraudProof Both(int one, int other) => Claim(
            FraudKind.PromiseContradiction, [Sign(Promise), Sign(second)], [Way(Batch, one), Way(again, other)],
            [Batch[one].ToArray(), again[other].ToArray()]);
        cases["a number promised twice"] = (FraudVerdict.Proven, Both(2, 0));
        cases["an event promised twice"] = (FraudVerdict.NoContradiction, Both(3, 1));
        cases["two numbers"] = (FraudVerdict.PlacesDiffer, Both(2, 1));
        cases["a leaf that was not promised"] = (FraudVerdict.WayWrong, Both(2, 0) with { Records = [Other.ToArray(), Batch[3].ToArray()] });
        cases["a leaf of 31 bytes"] = (FraudVerdict.RecordWrong, Both(2, 0) with { Records = [new byte[31], again[0].ToArray()] });
        cases["a promise on another chain"] = (FraudVerdict.ChainWrong, Both(2, 0) with
        {
            Statements = [(Promise with { Chain = new ChainId(Other) }).Encode(), second.Encode()],
        });

        FraudProof Replaced(int index) => Claim(
            FraudKind.PromiseReplaced, [Sign(Promise), Sign(Second)], [Way(Batch, index), Segment.Of(World.Tree.Prove((ulong)index + 2)!, null)],
            [World.Tree.HeartbeatRecord, Batch[index].ToArray(), RecordHash.Leaf(World.Events[index + 1].Span).ToArray()]);
        cases["another event at the promised place"] = (FraudVerdict.Proven, Replaced(2));
        cases["the promised event at its place"] = (FraudVerdict.NoContradiction, Replaced(1));
        cases["another place"] = (FraudVerdict.PlacesDiffer, Replaced(2) with { Ways = [Way(Batch, 1), Replaced(2).Ways[1]] });
        cases["another heartbeat"] = (FraudVerdict.RecordWrong, Replaced(2) with
        {
            Records = Replaced(2).Records.SetItem(0, (World.Tree.Heartbeat with { Sequence = 1 }).Encode()),
        });

        FraudProof Overdue(EventPromise promise) => Claim(FraudKind.PromiseOverdue, [Sign(promise), Sign(Second)], [], [World.Tree.HeartbeatRecord]);
        EventPromise more = Promise with { Count = Batch.Length + 1 };
        cases["a promise that was not kept in time"] = (FraudVerdict.Proven, Overdue(more));
        cases["a promise kept"] = (FraudVerdict.NoContradiction, Overdue(Promise));
        cases["a promise not due yet"] = (FraudVerdict.PlacesDiffer, Overdue(more with { Due = World.Round.Next }));
    }

    private static void AddParents(SortedDictionary<string, (FraudVerdict, FraudProof)> cases)
    {
        ImmutableArray<ReadOnlyMemory<byte>> records = World.Parent.Records;
        AggregationLeaf tree = World.Parent.ToLeaf(LiarId, 1);
        SlotAcknowledgement said = new(LiarId, 1, 2, World.Round, World.Plan.Epoch, Second.Hash);
        AbsentLeaf absent = new(1, 2, World.Round, Second.Child, AbsenceReason.Silent, World.Plan.Epoch);
        ImmutableArray<ReadOnlyMemory<byte>> without = records.SetItem(2, absent.Encode());
        AggregationLeaf empty = tree with { ChildRoot = RootOf(without), Events = 0, FirstTime = 0, LastTime = 0 };
        FraudProof Denied(SlotAcknowledgement word) => Claim(
            FraudKind.AcknowledgementBroken, [Sign(word), Sign(empty)], [Way([.. without.Select(static it => RecordHash.Leaf(it.Span))], 2)], [without[2]]);
        cases["absent, and acknowledged"] = (FraudVerdict.Proven, Denied(said));
        cases["entered as acknowledged"] = (FraudVerdict.NoContradiction, Claim(
            FraudKind.AcknowledgementBroken, [Sign(said), Sign(tree)], [Segment.Of(World.Parent.Prove(2), null)], [records[2]]));
        cases["acknowledged in another slot"] = (FraudVerdict.PlacesDiffer, Denied(said with { Slot = 1 }));
        cases["acknowledged in another round"] = (FraudVerdict.PlacesDiffer, Denied(said with { Round = said.Round.Next }));
        cases["acknowledged by another"] = (FraudVerdict.CulpritForeign, Denied(said with { Parent = new PeerId(Other) }));
        cases["an absence that is not in the tree"] = (FraudVerdict.WayWrong, Denied(said) with { Records = [(absent with { Reason = AbsenceReason.Late }).Encode()] });

        FraudProof Totals(AggregationLeaf parent, ImmutableArray<ReadOnlyMemory<byte>> all) => Claim(FraudKind.WrongTotals, [Sign(parent)], [], all);
        cases["more events than below"] = (FraudVerdict.Proven, Totals(tree with { Events = tree.Events + 1 }, records));
        cases["another last time than below"] = (FraudVerdict.Proven, Totals(tree with { LastTime = tree.LastTime + 1 }, records));
        ImmutableArray<ReadOnlyMemory<byte>> broken = records.SetItem(0, new byte[] { 1, 2 });
        cases["a slot with nothing in it"] = (FraudVerdict.Proven, Totals(tree with { ChildRoot = RootOf(broken) }, broken));
        ImmutableArray<ReadOnlyMemory<byte>> twice = records.SetItem(1, records[2]);
        cases["a child in two slots"] = (FraudVerdict.Proven, Totals(tree with { ChildRoot = RootOf(twice), Events = 2 * tree.Events }, twice));
        cases["totals as below"] = (FraudVerdict.NoContradiction, Totals(tree, records));
        cases["totals of another tree"] = (FraudVerdict.WayWrong, Totals(tree with { Events = 0, FirstTime = 0, LastTime = 0 }, without));
        cases["totals of a peer's second"] = (FraudVerdict.StatementMalformed, Totals(Second, records));
    }

    private static void AddCheckpoints(SortedDictionary<string, (FraudVerdict, FraudProof)> cases)
    {
        Checkpoint one = new(Checkpoint.OriginOf(Samples.Chain), 27, World.RootAt(27));
        FraudProof Two(Checkpoint other) => Claim(FraudKind.CheckpointContradiction, [Sign(one.Text), Sign(other.Text)], [], []);
        cases["two calendars of one size"] = (FraudVerdict.Proven, Two(one with { Root = Other }));
        cases["a calendar that grew"] = (FraudVerdict.PlacesDiffer, Two(one with { Size = 28, Root = Other }));
        cases["one checkpoint twice"] = (FraudVerdict.NoContradiction, Two(one));
        cases["a checkpoint of another log"] = (FraudVerdict.ChainWrong, Two(one with { Origin = "example.com/log", Root = Other }));
        cases["a checkpoint that is none"] = (FraudVerdict.StatementMalformed, Two(one) with { Statements = [Encoding.UTF8.GetBytes(one.Text), "\u00e4\n"u8.ToArray()] });
    }

    private static FraudProof Claim(
        FraudKind kind, (byte[] Statement, byte[] Signature)[] signed, ImmutableArray<Segment> ways, ImmutableArray<ReadOnlyMemory<byte>> records) => new(
        kind, Liar.PublicKey, [.. signed.Select(static it => (ReadOnlyMemory<byte>)it.Statement)],
        [.. signed.Select(static it => (ReadOnlyMemory<byte>)it.Signature)], ways, records);

    private static (byte[] Statement, byte[] Signature) Sign(AggregationLeaf leaf) => (leaf.Encode(), Sign(leaf.SigningDigest(Samples.Chain)));

    private static (byte[] Statement, byte[] Signature) Sign(SlotAcknowledgement word) => (word.Encode(), Sign(word.SigningDigest(Samples.Chain)));

    private static (byte[] Statement, byte[] Signature) Sign(EventPromise promise) =>
        (promise.Encode(), Sign(EventReceipt.SigningDigest(Liar.PublicKey, promise.Encode())));

    private static (byte[] Statement, byte[] Signature) Sign(string text) =>
        (Encoding.UTF8.GetBytes(text), Sign(ValidatorNote.SigningDigest(Samples.Chain, text)));

    private static byte[] Sign(Hash256 digest) => Liar.Sign(digest).Compact.ToArray();

    private static Segment Way(Hash256[] leaves, int index) => Segment.Of(MerkleTree.ProveInclusion(leaves, index), null);

    private static Hash256 RootOf(ImmutableArray<ReadOnlyMemory<byte>> records) => MerkleTree.Root([.. records.Select(static it => RecordHash.Leaf(it.Span))]);

    private static ImmutableArray<ReadOnlyMemory<byte>> Flip(ImmutableArray<ReadOnlyMemory<byte>> parts, int part, int at)
    {
        byte[] changed = parts[part].ToArray();
        changed[at] ^= 1;
        return parts.SetItem(part, changed);
    }
}
