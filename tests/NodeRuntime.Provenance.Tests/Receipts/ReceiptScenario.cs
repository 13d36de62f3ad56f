using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>
/// A small world with every part: a peer's second of six events in slot 2 of 4, its parent in slot 1 of 3, a calendar of 40 seconds of which 21 is ours,
/// four validators, three witnesses of whom two are wanted. In second 30 a second plan comes into force.
/// </summary>
internal sealed class ReceiptScenario
{
    public const int OurIndex = 21;
    public const int SizeThen = 27;
    public const int SizeLater = 40;
    public const int SecondPlanIndex = 30;
    public const ulong FirstSequence = 501;

    private static readonly ulong Genesis = Samples.Second;

    private readonly List<Hash256> _calendar = [];

    public ReceiptScenario(Signing signing, KeyAlgorithm issuer = KeyAlgorithm.Secp256k1)
    {
        Signing = signing;
        Issuer = signing.SignerOf("node", issuer);
        Plan = new EpochPlan(Samples.Chain, new Epoch(3), new Round(Genesis), new Round(Genesis), [4, 3], ValidatorsOf(5, 1, 1, 1));
        SecondPlan = Plan with { Epoch = new Epoch(4), FirstRound = new Round(Genesis + SecondPlanIndex), Validators = ValidatorsOf(1, 1, 1, 5) };
        Round = new Round(Genesis + OurIndex);
        Tree = MakeSecond();
        Witnesses = [.. new[] { "witness.example/a", "witness.example/b", "witness.example/c" }.Select(it => new Witness(it, signing.WitnessKeyOf(it)))];
        MakeCalendar();
        Trust = new ReceiptTrust(Samples.Chain, [Plan, SecondPlan], Witnesses, 2, [new Publication(SizeLater, RootAt(SizeLater))]);
    }

    public Signing Signing { get; }

    public ISigner Issuer { get; }

    public Round Round { get; }

    public EpochPlan Plan { get; }

    public EpochPlan SecondPlan { get; }

    public SecondTree Tree { get; }

    public ImmutableArray<ReadOnlyMemory<byte>> Events { get; private set; }

    public ImmutableArray<Witness> Witnesses { get; }

    public ReceiptTrust Trust { get; }

    public ClosedParent Parent { get; private set; } = null!;

    public ClosedParent Top { get; private set; } = null!;

    public RoundLeaf RoundLeaf { get; private set; } = null!;

    public EventReceiptVerifier Verifier => new(Signing.Verifier, Signing.Ed25519);

    public Hash256 RootAt(int size) => MerkleTree.Root([.. _calendar.Take(size)]);

    public MerkleInclusionProof PathAt(int size) => MerkleTree.ProveInclusion([.. _calendar.Take(size)], OurIndex);

    public MerkleConsistencyProof GrowthBetween(int first, int second) => MerkleTree.ProveConsistency([.. _calendar.Take(second)], first);

    /// <param name="index">1 to 6 for an event, 0 for the heartbeat.</param>
    public EventReceipt Make(ReceiptState state, int index = 3, bool opensHeartbeat = false)
    {
        if (state == ReceiptState.Promised) return MakePromised(index);
        int size = state == ReceiptState.Published ? SizeLater : SizeThen;
        ImmutableArray<Segment> segments =
        [
            Segment.Of(Tree.Prove((ulong)index)!, Parent.Records[2]), Segment.Of(Parent.Prove(2), Top.Records[1]),
            Segment.Of(Top.Prove(1), RoundLeaf.Encode()), Segment.Of(PathAt(size), null),
        ];
        EventReceipt receipt = new(
            Issuer.PublicKey, state, index == 0 ? Tree.HeartbeatRecord : Events[index - 1], opensHeartbeat ? Tree.HeartbeatRecord : (ReadOnlyMemory<byte>?)null, null,
            [Plan.Encode()], segments, null, ReadOnlyMemory<byte>.Empty);
        if (state == ReceiptState.Published) return receipt;
        string[] witnesses = state == ReceiptState.Witnessed ? ["witness.example/a", "witness.example/c"] : [];
        return Certify(receipt, Note(size, RootAt(size), ["v0", "v1", "v2"], witnesses));
    }

    /// <summary>The same event under a checkpoint of the second plan's validators.</summary>
    public EventReceipt MakeLater()
    {
        EventReceipt receipt = Make(ReceiptState.Round);
        ExtensionVerdict verdict = ReceiptExtension.TryExtend(
            receipt, PathAt(SizeLater), GrowthBetween(SizeThen, SizeLater), RootAt(SizeLater), out EventReceipt? extended);
        Assert.Equal(ExtensionVerdict.Accepted, verdict);
        return Certify(
            extended! with { State = ReceiptState.Witnessed, Plans = [Plan.Encode(), SecondPlan.Encode()] },
            Note(SizeLater, RootAt(SizeLater), ["v1", "v3"], ["witness.example/b", "witness.example/c"]));
    }

    /// <summary>A liar with every key: roots, records and signatures above a change are made to fit it.</summary>
    public EventReceipt Consistently(EventReceipt receipt)
    {
        Hash256 hash = RecordHash.Leaf(receipt.Record.Span);
        Hash256 root = hash;
        ImmutableArray<Segment> segments = receipt.Segments;
        for (int i = 0; i < segments.Length; i++)
        {
            Assert.Equal(ReceiptCode.None, segments[i].Fold(hash, out root));
            if (segments[i].Next is not { } next) continue;
            byte[] fitting = next.ToArray();
            if (AggregationLeaf.TryDecode(next, out AggregationLeaf? leaf) == RecordVerdict.Accepted) fitting = (leaf! with { ChildRoot = root }).Encode();
            if (RoundLeaf.TryDecode(next, out RoundLeaf? round) == RecordVerdict.Accepted) fitting = (round! with { CoreRoot = root }).Encode();
            segments = segments.SetItem(i, segments[i] with { Next = fitting });
            hash = RecordHash.Leaf(fitting);
        }

        return Certify(receipt with { Segments = segments }, Note((int)segments[^1].Size, root, ["v0", "v1", "v2"], []), root);
    }

    public EventReceipt Certify(EventReceipt receipt, SignedNote note, Hash256? root = null) =>
        (receipt with { Checkpoint = note.ToString() }).Sign(Issuer, (root ?? RootAt((int)receipt.Segments[^1].Size)).AsSpan());

    public SignedNote Note(int size, Hash256 root, string[] validators, string[] witnesses, string? text = null)
    {
        text ??= new Checkpoint(Checkpoint.OriginOf(Samples.Chain), (ulong)size, root).Text;
        SignedNote note = new(text, [.. validators.Select(it => ValidatorNote.Sign(Signing.SignerOf(it), Samples.Chain, text))]);
        foreach (string name in witnesses) note = note.With(Cosign(name, text, Genesis + (ulong)size + 5));
        return note;
    }

    public NoteSignature Cosign(string name, string text, ulong time) =>
        Witnesses.Single(it => it.Name == name).Cosignature(time, Signing.Cosign(name, Witness.Message(time, text)));

    private EventReceipt MakePromised(int index)
    {
        // Events 2 to 6 went out together.
        Hash256[] leaves = [.. Events.Skip(1).Select(static it => RecordHash.Leaf(it.Span))];
        EventPromise promise = new(
            Samples.Chain, Issuer.PublicKey.ToPeerId(), Plan.Epoch, Round, FirstSequence + 1, leaves.Length, MerkleTree.Root(leaves), Round.Next);
        EventReceipt receipt = new(
            Issuer.PublicKey, ReceiptState.Promised, Events[index - 1], null, promise.Encode(), [],
            [Segment.Of(MerkleTree.ProveInclusion(leaves, index - 2), null)], null, ReadOnlyMemory<byte>.Empty);
        return receipt.Sign(Issuer, receipt.Promise!.Value.Span);
    }

    private ImmutableArray<PlanValidator> ValidatorsOf(params ulong[] weights) =>
        [.. weights.Select((weight, i) => new PlanValidator(Signing.SignerOf("v" + i).PublicKey, weight))];

    private SecondTree MakeSecond()
    {
        Heartbeat heartbeat = Samples.Heartbeat with
        {
            Node = Issuer.PublicKey.ToPeerId(),
            Round = Round,
            Previous = null,
            Sequence = FirstSequence - 1,
        };
        SecondTree tree = new(ShortSha256.Open(), heartbeat, Samples.Hash("secret").AsSpan(), keepsNodes: true);
        ulong start = Round.Second * 1_000_000_000;
        EventDraft[] drafts =
        [
            .. Enumerable.Range(0, 6).Select(i => new EventDraft(
                EventKind.Ingest + i, Samples.Hash("content " + i), heartbeat.Node.Hash, start + ((ulong)i * 1000), [Samples.Hash("parent")], null, "EE-tallinn-1")),
        ];
        Assert.Equal(IntakeVerdict.Accepted, tree.Take(drafts, out Intake intake));
        ImmutableArray<ReadOnlyMemory<byte>>.Builder events = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        for (int i = 0; i < drafts.Length; i++) events.Add(intake.RecordAt(i).ToArray());
        Events = events.ToImmutable();
        return tree;
    }

    private void MakeCalendar()
    {
        PeerId parent = new(Samples.Hash("parent's")), other = new(Samples.Hash("other's"));
        ParentTree level1 = new(Plan, 1, Round, [null, other, Tree.Heartbeat.Node, null]);
        Assert.Equal(SlotVerdict.Accepted, level1.Enter(Tree.Close(2, Plan.Epoch)));
        Parent = level1.Close();
        ParentTree level2 = new(Plan, 2, Round, [other, parent, null]);
        Assert.Equal(SlotVerdict.Accepted, level2.Enter(Parent.ToLeaf(parent, 1)));
        Top = level2.Close();
        CalendarLog log = new(Plan);
        for (int i = 0; i < SizeLater; i++)
        {
            if (i == SecondPlanIndex) Assert.True(log.TryFollow(SecondPlan));
            RoundLeaf leaf = i == OurIndex ? Top.ToRound(Plan, log.Root) : log.Backfill();
            if (i == OurIndex) RoundLeaf = leaf;
            Assert.Equal(CalendarVerdict.Accepted, log.Append(leaf, out _));
            _calendar.Add(leaf.Hash);
        }
    }
}
