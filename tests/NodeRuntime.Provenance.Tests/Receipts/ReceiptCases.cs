using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Numerics;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Receipts;

/// <summary>One receipt for one thing that can be right or wrong.</summary>
/// <param name="Trust">By name: see <see cref="ReceiptCases.TrustOf"/>.</param>
internal sealed record ReceiptCase(string Name, string Trust, string Expected, Func<ReceiptScenario, byte[]> Make);

/// <summary>Good receipts of every state, and each thing that can be wrong with one, with the code it must get.</summary>
internal static class ReceiptCases
{
    private const string Content = EventReceipt.ContentType;
    private static readonly Hash256 Other = Samples.Hash("other");

    // Of an aggregation's number of events, where all before it are as small as here.
    private const int EventsOffset = 81;

    private static readonly List<ReceiptCase> List = [];

    public static IReadOnlyList<ReceiptCase> All { get; } = Build();

    public static ReceiptTrust? TrustOf(ReceiptScenario scenario, string name) => name switch
    {
        "none" => null,
        "full" => scenario.Trust,
        "another-chain" => scenario.Trust with { Chain = new ChainId(Other) },
        "no-plans" => scenario.Trust with { Plans = [] },
        "first-plan" => scenario.Trust with { Plans = [scenario.Plan] },
        "other-plan" => scenario.Trust with { Plans = [scenario.Plan with { Validators = scenario.SecondPlan.Validators }] },
        "early-plan" => scenario.Trust with { Plans = [scenario.Plan, scenario.SecondPlan with { FirstRound = scenario.Round }] },
        "no-witnesses" => scenario.Trust with { Witnesses = [], WitnessQuorum = 0 },
        "three-witnesses" => scenario.Trust with { WitnessQuorum = 3 },
        "no-publications" => scenario.Trust with { Publications = [] },
        "other-publication" => scenario.Trust with { Publications = [new Publication(ReceiptScenario.SizeLater, Other)] },
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public static IReadOnlyList<string> TrustNames { get; } =
    [
        "full", "another-chain", "no-plans", "first-plan", "other-plan", "early-plan", "no-witnesses", "three-witnesses", "no-publications", "other-publication",
    ];

    private static List<ReceiptCase> Build()
    {
        AddGood();
        AddContainer();
        AddParts();
        AddPromise();
        AddPlans();
        AddSegments();
        AddLeaf();
        AddCheckpoint();
        AddBorders();
        return List;
    }

    private static void AddGood()
    {
        Bytes("a promise", "full", "OK", static s => s.Make(ReceiptState.Promised).Encode());
        Bytes("an event in its round", "full", "OK", static s => s.Make(ReceiptState.Round).Encode());
        Bytes("the first event", "full", "OK", static s => s.Make(ReceiptState.Round, 1).Encode());
        Bytes("the last event", "full", "OK", static s => s.Make(ReceiptState.Round, 6).Encode());
        Bytes("a heartbeat", "full", "OK", static s => s.Make(ReceiptState.Round, 0).Encode());
        Bytes("an event and the machine's state", "full", "OK", static s => s.Make(ReceiptState.Round, 2, opensHeartbeat: true).Encode());
        Bytes("a witnessed event", "full", "OK", static s => s.Make(ReceiptState.Witnessed).Encode());
        Bytes("an event under a later epoch's checkpoint", "full", "OK", static s => s.MakeLater().Encode());
        Bytes("a published event", "full", "OK", static s => s.Make(ReceiptState.Published).Encode());
        Bytes("a published event, no plan believed", "no-plans", "OK", static s => s.Make(ReceiptState.Published).Encode());
        Bytes("an event of a P-256 key", "full", "OK", static s => new ReceiptScenario(s.Signing, KeyAlgorithm.P256).Make(ReceiptState.Promised).Encode());
        Bytes("a witness more than are known", "full", "OK", static s => Noted(s, s.Make(ReceiptState.Witnessed), static n => n.With(new NoteSignature("x", 7, new byte[9]))));
        Bytes("no witness wanted of a round", "no-witnesses", "OK", static s => s.Make(ReceiptState.Round).Encode());
        Bytes("nothing believed", "none", "INCONCLUSIVE(NoTrust)", static s => s.Make(ReceiptState.Witnessed).Encode());
        Bytes("nothing believed of a promise", "none", "INCONCLUSIVE(NoTrust)", static s => s.Make(ReceiptState.Promised).Encode());
        Bytes("nothing believed of a publication", "none", "INCONCLUSIVE(NoTrust)", static s => s.Make(ReceiptState.Published).Encode());
        Bytes("an epoch that is not known", "no-plans", "INCONCLUSIVE(EpochUnknown)", static s => s.Make(ReceiptState.Round).Encode());
        Bytes("a later epoch that is not known", "first-plan", "INCONCLUSIVE(EpochUnknown)", static s => s.MakeLater().Encode());
        Bytes("a promise in an epoch that is not known", "no-plans", "INCONCLUSIVE(EpochUnknown)", static s => s.Make(ReceiptState.Promised).Encode());
        Bytes("no witness known", "no-witnesses", "INCONCLUSIVE(NoWitnesses)", static s => s.Make(ReceiptState.Witnessed).Encode());
        Bytes("no publication of this size known", "no-publications", "INCONCLUSIVE(PublicationUnknown)", static s => s.Make(ReceiptState.Published).Encode());
    }

    private static void AddContainer()
    {
        Bytes("too large", "full", "FAIL(TooLarge)", static _ => new byte[Limits.EventReceiptBytesMax + 1]);
        Bytes("nothing", "full", "FAIL(ContainerMalformed)", static _ => []);
        Bytes("a byte too many", "full", "FAIL(ContainerMalformed)", static s => [.. s.Make(ReceiptState.Round).Encode(), 0]);
        Bytes("a byte too few", "full", "FAIL(ContainerMalformed)", static s => s.Make(ReceiptState.Round).Encode()[..^1]);
        Bytes("a longer head", "full", "FAIL(ContainerMalformed)", static s => [0xd8, 0x12, .. s.Make(ReceiptState.Round).Encode()[1..]]);
        Raw("another tag", "ContainerMalformed", static (_, r) => r with { Tag = 17 });
        Raw("a signature of 63 bytes", "ContainerMalformed", static (_, r) => r with { Signature = r.Signature[..63] });
        Raw("no segments", "ContainerMalformed", static (_, r) => r with { Segments = [] });
        Raw("eleven segments", "ContainerMalformed", static (_, r) => r with { Segments = [.. Enumerable.Repeat(r.Segments[0], 11)] });
        Raw("the payload inside", "PayloadAttached", static (_, r) => r with { Payload = new byte[32] });
        Raw("a header with a byte behind it", "ProtectedMalformed", static (_, r) => r with { Protected = [.. r.Protected, 0] });
        Raw("an empty header", "ProtectedMalformed", static (_, r) => r with { Protected = [] });
        Raw("another algorithm", "AlgorithmUnknown", static (s, r) => r with { Protected = RawReceipt.Head(-8, Content, KeyOf(s), EventReceipt.StructureId) });
        Raw("another content type", "ContentTypeWrong", static (s, r) => r with { Protected = RawReceipt.Head(-47, "text/plain", KeyOf(s), EventReceipt.StructureId) });
        Raw("a key without its tag", "KeyMalformed", static (s, r) => r with { Protected = RawReceipt.Head(-47, Content, KeyOf(s)[1..], EventReceipt.StructureId) });
        Raw("the other curve's algorithm", "AlgorithmMismatch", static (s, r) => r with { Protected = RawReceipt.Head(-7, Content, KeyOf(s), EventReceipt.StructureId) });
        Raw("another data structure", "StructureUnknown", static (s, r) => r with { Protected = RawReceipt.Head(-47, Content, KeyOf(s), 1) });
        Raw("a segment of two items", "SegmentMalformed", static (_, r) => r with { Segments = [[0x82, 1, 0], .. r.Segments[1..]] });
        Raw("a path of short hashes", "SegmentMalformed", static (_, r) => r with { Segments = [[0x83, 2, 0, 0x81, 0x41, 0], .. r.Segments[1..]] });
        Raw("materials of another type", "MaterialsMalformed", static (_, r) => r with { Materials = [.. r.Materials[..4], (byte)(r.Materials[4] ^ 1), .. r.Materials[5..]] });
        Raw("materials cut short", "MaterialsMalformed", static (_, r) => r with { Materials = r.Materials[..^1] });
        Raw("state 0", "StateUnknown", static (_, r) => r with { Materials = [.. r.Materials[..5], 0, .. r.Materials[6..]] });
        Raw("state 5", "StateUnknown", static (_, r) => r with { Materials = [.. r.Materials[..5], 5, .. r.Materials[6..]] });
    }

    private static void AddParts()
    {
        Change("no record", "RecordMalformed", static (_, r) => r with { Record = new byte[3] });
        Change("a parent's record as the event", "RecordMalformed", static (_, r) => r with { Record = r.Segments[0].Next!.Value });
        Change("an event of no kind", "RecordMalformed", static (_, r) => r with { Record = Replaced(r.Record, 5, 0) });
        Change("a promise without a promise", "PromiseMissing", static (_, r) => r with { State = ReceiptState.Promised });
        Change("a promise in a round", "PromiseUnexpected", static (s, r) => r with { Promise = s.Make(ReceiptState.Promised).Promise });
        Change("no plan", "PlanMissing", static (_, r) => r with { Plans = [] });
        Promised("a plan in a promise", "PlanUnexpected", static (s, r) => r with { Plans = [s.Plan.Encode()] });
        Change("no checkpoint", "CheckpointMissing", static (_, r) => r with { Checkpoint = null });
        Promised("a checkpoint in a promise", "CheckpointUnexpected", static (_, r) => r with { Checkpoint = "x" });
        Promised("a heartbeat in a promise", "HeartbeatUnexpected", static (s, r) => r with { Heartbeat = s.Tree.HeartbeatRecord });
        Change("no signature", "SignatureMissing", static (_, r) => r with { Signature = ReadOnlyMemory<byte>.Empty });
        Bytes("a signature under a publication", "full", "FAIL(SignatureUnexpected)",
            static s => (s.Make(ReceiptState.Published) with { Signature = new byte[64] }).Encode());
        Bytes("a second plan in a publication", "full", "FAIL(PlanUnexpected)",
            static s => (s.Make(ReceiptState.Published) with { Plans = [s.Plan.Encode(), s.SecondPlan.Encode()] }).Encode());
        Bytes("a checkpoint in a publication", "full", "FAIL(CheckpointUnexpected)",
            static s => (s.Make(ReceiptState.Published) with { Checkpoint = "x" }).Encode());
        Promised("two segments in a promise", "SegmentCountWrong", static (_, r) => r with { Segments = [r.Segments[0], r.Segments[0]] });
        Change("a level too few", "SegmentCountWrong", static (_, r) => r with { Segments = r.Segments.RemoveAt(1) });
        Change("a level too many", "SegmentCountWrong", static (_, r) => r with { Segments = r.Segments.Insert(1, r.Segments[1]) });
    }

    private static void AddPromise()
    {
        Promised("a promise cut short", "PromiseMalformed", static (_, r) => r with { Promise = r.Promise!.Value[..^1] });
        Promised("a promise for long after", "PromiseMalformed", static (_, r) => r with { Promise = Replaced(r.Promise!.Value, -1, r.Promise!.Value.Span[^1] + 9) });
        Promised("a heartbeat promised", "PromiseOfHeartbeat", static (s, r) => r with { Record = s.Tree.HeartbeatRecord });
        Promised("another event than promised", "PromiseRootMismatch", static (s, r) => r with { Record = s.Events[0] });
        Promised("a step of a promise's path changed", "PromiseRootMismatch", static (_, r) => WithPath(r, 0, static p => p.SetItem(0, Other)));
        Promised("a promise's path too short", "PathTooShort", static (_, r) => WithPath(r, 0, static p => p[..^1]));
        Promised("a promise of another size", "SizeMismatch", static (_, r) => r with { Segments = [r.Segments[0] with { Size = 6 }] });
        Promised("a record above a promise", "NextUnexpected", static (_, r) => r with { Segments = [r.Segments[0] with { Next = r.Record }] });
        Said("another number than promised", "SequenceWrong", static (_, p) => p with { First = p.First + 1 });
        Said("another peer's promise", "IssuerForeign", static (_, p) => p with { Node = new PeerId(Other) });
        Said("a promise on another chain", "ChainWrong", static (_, p) => p with { Chain = new ChainId(Other) });
        Said("a promise of a plan that is not in force", "EpochNotInForce", static (s, p) => p with { Epoch = s.SecondPlan.Epoch });
        Promised("a promise changed after it was signed", "IssuerSignatureWrong",
            static (_, r) => r with { Promise = (Decoded(r) with { Due = Decoded(r).Round }).Encode() });
        Promised("a promise's signature changed", "IssuerSignatureWrong", static (_, r) => r with { Signature = Flipped(r.Signature, 40) });
    }

    private static void AddPlans()
    {
        Change("a plan cut short", "PlanMalformed", static (_, r) => r with { Plans = [r.Plans[0][..^1]] });
        Change("a second plan that is none", "PlanMalformed", static (_, r) => r with { Plans = [r.Plans[0], new byte[2]] });
        Change("a plan twice", "PlanMismatch", static (_, r) => r with { Plans = [r.Plans[0], r.Plans[0]] });
        Change("plans of two chains", "PlanMismatch",
            static (s, r) => r with { Plans = [r.Plans[0], (s.SecondPlan with { Chain = new ChainId(Other) }).Encode()] });
        Change("another plan than the round's", "PlanForeign", static (s, r) => r with { Plans = [(s.Plan with { Validators = s.SecondPlan.Validators }).Encode()] });
        Bytes("a plan that is not the trusted one", "other-plan", "FAIL(PlanUntrusted)", static s => s.Make(ReceiptState.Round).Encode());
        Bytes("a plan after its end", "early-plan", "FAIL(EpochNotInForce)", static s => s.Make(ReceiptState.Round).Encode());
        Change("a later plan's validators before their time", "EpochNotInForce", static (s, r) => r with { Plans = [r.Plans[0], s.SecondPlan.Encode()] });
        Bytes("earlier validators after their time", "full", "FAIL(EpochNotInForce)", static s => s.Certify(
            s.MakeLater() with { Plans = [s.Plan.Encode()] },
            s.Note(ReceiptScenario.SizeLater, s.RootAt(ReceiptScenario.SizeLater), ["v0", "v1", "v2"], [])).Encode());
    }

    private static void AddSegments()
    {
        string[] places = ["the peer's second", "the parent's tree", "the topmost tree", "the calendar"];
        string[] roots = ["EventRootMismatch", "ParentRootMismatch", "CoreRootMismatch", "CalendarRootMismatch"];
        for (int i = 0; i < places.Length; i++)
        {
            int at = i;
            for (int step = 0; step < new[] { 3, 2, 2, 4 }[at]; step++)
            {
                int place = step;
                Change($"step {place} in {places[at]} changed", roots[at], (_, r) => WithPath(r, at, p => p.SetItem(place, Other)));
            }

            // What is above says in which slot this tree's root stands.
            bool isSlot = at is 1 or 2;
            string index = isSlot ? "SlotMismatch" : at == 3 ? "CalendarIndexWrong" : roots[at];
            Change("an index outside of " + places[at], isSlot ? index : "IndexOutOfRange", (_, r) => WithSegment(r, at, static g => g with { Index = g.Size }));
            Change("no size of " + places[at], isSlot ? index : "IndexOutOfRange", (_, r) => WithSegment(r, at, static g => g with { Size = 0, Index = 0 }));
            Change("a path too short in " + places[at], "PathTooShort", (_, r) => WithPath(r, at, static p => p[..^1]));
            Change("a path too long in " + places[at], "PathTooLong", (_, r) => WithPath(r, at, static p => p.Add(Other)));
            Change("another index in " + places[at], index, (_, r) => WithSegment(r, at, static g => g with { Index = g.Index ^ 1 }));
            if (at < 3) Change("nothing above " + places[at], "NextMissing", (_, r) => WithSegment(r, at, static g => g with { Next = null }));
        }

        Change("a record above the calendar", "NextUnexpected", static (_, r) => WithSegment(r, 3, static g => g with { Next = new byte[] { 1 } }));
        Change("an absence instead of a second", "AggregationMalformed", static (s, r) => WithSegment(r, 0, g => g with { Next = s.Parent.Records[1] }));
        Change("a parent's record cut short", "AggregationMalformed", static (_, r) => WithSegment(r, 1, static g => g with { Next = g.Next!.Value[..^1] }));
        Change("a round's record of another type", "RoundMalformed", static (s, r) => WithSegment(r, 2, g => g with { Next = s.Top.Records[1] }));
        Change("another event", "EventRootMismatch", static (s, r) => r with { Record = s.Events[4] });
        Change("a byte of the event", "EventRootMismatch", static (_, r) => r with { Record = Replaced(r.Record, 30, r.Record.Span[30] ^ 1) });
        Change("another size below", "SizeMismatch", static (_, r) => WithSecond(r, static l => l with { ChildSize = 8, Events = 7 }));
        Change("a parent's tree of another size", "SizeMismatch", static (_, r) => WithParent(r, static l => l with { ChildSize = 3 }));
        Change("a second at level 2", "LevelWrong", static (_, r) => WithSecond(r, static l => l with { Level = 2, Heartbeat = null }));
        Change("a parent at level 3", "LevelWrong", static (_, r) => WithParent(r, static l => l with { Level = 3 }));
        Change("a second of another epoch", "EpochWrong", static (_, r) => WithSecond(r, static l => l with { Epoch = new Epoch(2) }));
        Change("a parent of another epoch", "EpochWrong", static (_, r) => WithParent(r, static l => l with { Epoch = new Epoch(4) }));
        Change("a parent of another round", "RoundMismatch", static (_, r) => WithParent(r, static l => l with { Round = l.Round.Next }));
        Change("a second in another slot", "SlotMismatch", static (_, r) => WithSecond(r, static l => l with { Slot = 3 }));
        Change("a parent in another slot", "SlotMismatch", static (_, r) => WithParent(r, static l => l with { Slot = 0 }));
        Change("a parent's tree with a slot more", "SlotCountMismatch", static (_, r) => WithSegment(r, 1, static g => g with { Size = 5 }));
        Change("a topmost tree with a slot more", "SlotCountMismatch", static (_, r) => WithRound(r, static l => l with { Slots = 4 }));
        Change("fewer events above than below", "EventsMismatch", static (_, r) => WithParent(r, static l => l with { Events = 5 }));
        Change("fewer events in the round than below", "EventsMismatch", static (_, r) => WithRound(r, static l => l with { Events = 0 }));
        Change("a last event before the last", "TimesMismatch", static (_, r) => WithParent(r, static l => l with { LastTime = l.LastTime - 1 }));
        Change("a first event after the first", "TimesMismatch", static (_, r) => WithParent(r, static l => l with { FirstTime = l.FirstTime + 1 }));
        Change("the calendar's leaf of another round", "RoundMismatch", static (_, r) => WithRound(r, static l => l with { Round = l.Round.Next }));
        Change("a backfilled second with an event", "CoreRootMismatch",
            static (_, r) => WithRound(r, static l => l with { CoreRoot = null, Events = 0, Mark = RoundMark.Backfilled }));
        Change("another core root", "CoreRootMismatch", static (_, r) => WithRound(r, static l => l with { CoreRoot = Other }));
        Change("another plan's root", "PlanForeign", static (_, r) => WithRound(r, static l => l with { EpochRoot = Other }));
        Change("another past", "CalendarRootMismatch", static (_, r) => WithRound(r, static l => l with { PreviousRoot = Other }));
        Change("more events than there are", "CalendarRootMismatch", static (_, r) => WithRound(r, static l => l with { Events = 99 }));
        Change("another child's root", "EventRootMismatch", static (_, r) => WithSecond(r, static l => l with { ChildRoot = Other }));
        Change("another child", "ParentRootMismatch", static (_, r) => WithSecond(r, static l => l with { Child = new PeerId(Other) }));
        Change("another hash of the heartbeat", "ParentRootMismatch", static (_, r) => WithSecond(r, static l => l with { Heartbeat = Other }));
        Change("another parent", "CoreRootMismatch", static (_, r) => WithParent(r, static l => l with { Child = new PeerId(Other) }));
        Change("another second", "ParentRootMismatch", static (_, r) => WithSecond(r, static l => l with { FirstTime = l.FirstTime - 1 }));
    }

    private static void AddLeaf()
    {
        Bytes("another peer's event", "full", "FAIL(IssuerForeign)", static s =>
        {
            ISigner other = s.Signing.SignerOf("another node");
            return (s.Make(ReceiptState.Round) with { Issuer = other.PublicKey }).Sign(other, s.RootAt(ReceiptScenario.SizeThen).AsSpan()).Encode();
        });
        Liar("a heartbeat that is not leaf 0", "LeafZeroWrong", static (s, r) => r with { Record = s.Tree.HeartbeatRecord });
        Liar("an event as leaf 0", "LeafZeroWrong", static (s, r) => s.Make(ReceiptState.Round, 0) with { Record = s.Events[2] });
        Liar("an event outside of its second's times", "EventTimeMismatch", static (_, r) => r with { Record = Leaf(r, static l => l with { Time = l.Time + 99_999 }) });
        Change("a heartbeat that is none", "HeartbeatMalformed", static (_, r) => r with { Heartbeat = new byte[3] });
        Change("a heartbeat beside a heartbeat", "HeartbeatUnexpected", static (s, _) => s.Make(ReceiptState.Round, 0) with { Heartbeat = s.Tree.HeartbeatRecord });
        Change("another heartbeat", "HeartbeatMismatch", static (s, r) => r with { Heartbeat = (s.Tree.Heartbeat with { StateRoot = Other }).Encode() });
        Pulse("a heartbeat of another peer", "HeartbeatForeign", static h => h with { Node = new PeerId(Other) });
        Pulse("a heartbeat of another second", "HeartbeatRoundWrong", static h => h with { Round = h.Round.Next });
        Pulse("a heartbeat with another count", "SequenceWrong", static h => h with { Sequence = h.Sequence + 1 });
        Liar("an event in the second after", "CalendarIndexWrong", static (s, r) => WithRounds(r, static l => l.Next));
    }

    private static void AddCheckpoint()
    {
        Bytes("another chain", "another-chain", "FAIL(ChainWrong)", static s => s.Make(ReceiptState.Round).Encode());
        Bytes("a publication on another chain", "another-chain", "FAIL(ChainWrong)", static s => s.Make(ReceiptState.Published).Encode());
        Change("a checkpoint that is no note", "CheckpointMalformed", static (_, r) => r with { Checkpoint = "nothing\n" });
        Change("a checkpoint with a line more", "CheckpointMalformed", static (_, r) => r with { Checkpoint = r.Checkpoint!.Replace("=\n\n", "=\nmore\n\n", StringComparison.Ordinal) });
        Change("a size with a zero in front", "CheckpointMalformed", static (_, r) => r with { Checkpoint = r.Checkpoint!.Replace("\n27\n", "\n027\n", StringComparison.Ordinal) });
        Change("a signature line without a name", "CheckpointMalformed", static (_, r) => r with { Checkpoint = r.Checkpoint!.Replace("\u2014 noderuntime", "\u2014  noderuntime", StringComparison.Ordinal) });
        Change("a carriage return", "CheckpointMalformed", static (_, r) => r with { Checkpoint = r.Checkpoint!.Replace("27\n", "27\r\n", StringComparison.Ordinal) });
        Text("another origin", "OriginWrong", static t => "example.com/log\n" + t[(t.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Text("another size", "CheckpointSizeMismatch", static t => t.Replace("\n27\n", "\n28\n", StringComparison.Ordinal));
        Text("another root", "CalendarRootMismatch", static t => t[..^45] + Convert.ToBase64String(Other.AsSpan()) + "\n");
        Change("the calendar's size", "CheckpointSizeMismatch", static (_, r) => WithSegment(r, 3, static g => g with { Size = 28 }));
        Note("a validator's signature changed", "ValidatorSignatureWrong", static (_, n) => WithLine(n, 1, static l => l with { Bytes = Flipped(l.Bytes, 30) }));
        Note("a validator's signature of another curve", "ValidatorSignatureWrong", static (_, n) => WithLine(n, 1, static l => l with { Bytes = Replaced(l.Bytes, 0, 2) }));
        Note("a validator's signature cut short", "ValidatorSignatureWrong", static (_, n) => WithLine(n, 0, static l => l with { Bytes = l.Bytes[..^1] }));
        Note("a validator's signature of another's text", "ValidatorSignatureWrong", static (_, n) => WithLine(n, 0, l => l with { Bytes = n.Signatures[1].Bytes }));
        Note("a validator twice", "SignatureTwice", static (_, n) => n.With(n.Signatures[0]));
        Note("a validator under another name", "BelowQuorum", static (_, n) => WithLine(n, 0, static l => l with { Name = "somebody" }));
        Note("a validator's key id changed", "BelowQuorum", static (_, n) => WithLine(n, 0, static l => l with { KeyId = l.KeyId + 1 }));
        Note("too few validators", "BelowQuorum", static (_, n) => n with { Signatures = n.Signatures.RemoveAt(0) });
        Note("a witness's signature changed", "WitnessSignatureWrong", static (_, n) => WithLine(n, 3, static l => l with { Bytes = Flipped(l.Bytes, 20) }));
        Note("a witness's time changed", "WitnessSignatureWrong", static (_, n) => WithLine(n, 3, static l => l with { Bytes = Flipped(l.Bytes, 7) }));
        Note("a witness's line cut short", "WitnessSignatureWrong", static (_, n) => WithLine(n, 4, static l => l with { Bytes = l.Bytes[..^1] }));
        Note("a witness before the last second", "WitnessTimeWrong",
            static (s, n) => WithLine(n, 4, _ => s.Cosign("witness.example/c", n.Text, Samples.Second + ReceiptScenario.SizeThen - 32)));
        Note("a witness in the year 10000", "WitnessTimeWrong", static (s, n) => WithLine(n, 4, _ => s.Cosign("witness.example/c", n.Text, Round.SecondMax + 1)));
        Note("a witness twice", "SignatureTwice", static (_, n) => n.With(n.Signatures[3]));
        Note("a witness too few", "BelowWitnessQuorum", static (_, n) => n with { Signatures = n.Signatures.RemoveAt(4) });
        Note("a witness under another name", "BelowWitnessQuorum", static (_, n) => WithLine(n, 4, static l => l with { Name = "witness.example/z" }));
        Bytes("more witnesses wanted", "three-witnesses", "FAIL(BelowWitnessQuorum)", static s => s.Make(ReceiptState.Witnessed).Encode());
        Bytes("a round called witnessed", "full", "FAIL(BelowWitnessQuorum)", static s => (s.Make(ReceiptState.Round) with { State = ReceiptState.Witnessed }).Encode());
        Bytes("another root was published", "other-publication", "FAIL(PublicationMismatch)", static s => s.Make(ReceiptState.Published).Encode());
        Bytes("a step of a published way changed", "full", "FAIL(PublicationMismatch)",
            static s => WithPath(s.Make(ReceiptState.Published), 3, static p => p.SetItem(2, Other)).Encode());
        Change("the issuer's signature changed", "IssuerSignatureWrong", static (_, r) => r with { Signature = Flipped(r.Signature, 5) });
        Change("the issuer's other half changed", "IssuerSignatureWrong", static (_, r) => r with { Signature = Flipped(r.Signature, 60) });
        Change("a signature over another root", "IssuerSignatureWrong", static (s, r) => r.Sign(s.Issuer, Other.AsSpan()));
        Change("a signature of nothing", "IssuerSignatureWrong", static (_, r) => r with { Signature = new byte[64] });
        Change("the issuer's other point", "IssuerForeign", static (s, r) => r with { Issuer = OtherPoint(s.Issuer.PublicKey) });
    }

    // What a verifier could leave out and still agree on everything above.
    private static void AddBorders()
    {
        Raw("a key of no algorithm", "KeyMalformed", static (s, r) => r with { Protected = RawReceipt.Head(-47, Content, Replaced(KeyOf(s), 0, 3), EventReceipt.StructureId) });
        Raw("a key that is not compressed", "KeyMalformed", static (s, r) => r with { Protected = RawReceipt.Head(-47, Content, Replaced(KeyOf(s), 1, 4), EventReceipt.StructureId) });
        Change("a zone with a character too strange", "RecordMalformed", static (_, r) => r with { Record = Replaced(r.Record, -1, '_') });
        Change("the issuer's s in the high half", "IssuerSignatureWrong", static (_, r) => r with { Signature = High(r.Signature) });
        Note("a validator's s in the high half", "ValidatorSignatureWrong",
            static (_, n) => WithLine(n, 1, static l => l with { Bytes = (byte[])[l.Bytes.Span[0], .. High(l.Bytes[1..])] }));

        Change("fewer events than leaves in a second", "AggregationMalformed", static (_, r) => WithNext(r, 0, static n => Replaced(n, EventsOffset, n.Span[EventsOffset] - 1)));
        Change("a second without a heartbeat", "AggregationMalformed", static (_, r) => WithNext(r, 0, static n => [.. n[..^34].Span, 0xf6]));
        Change("a backfilled second with a root", "RoundMalformed", static (_, r) => WithNext(r, 2, static n => Replaced(n, -1, 1)));

        Change("a key twice in a plan", "PlanMalformed", static (s, r) => r with
        {
            Plans = [Swapped(r.Plans[0], s.Plan.Validators[1].Key.AsSpan(), s.Plan.Validators[0].Key.AsSpan())],
        });
        Change("a plan before the first second", "PlanMalformed", static (s, r) => r with
        {
            Plans = [Swapped((s.Plan with { FirstRound = s.Round }).Encode(), RoundBytes(s.Round), RoundBytes(new Round(s.Plan.GenesisRound.Second - 1)))],
        });
        Second("two plans of one epoch", static (s, p) => p with { Epoch = s.Plan.Epoch });
        Second("two plans from one second on", static (s, p) => p with { FirstRound = s.Plan.FirstRound });
        Second("two plans of two calendars", static (s, p) => p with { GenesisRound = p.GenesisRound.Next });
        Bytes("a plan before its time, where none is known", "no-plans", "FAIL(EpochNotInForce)",
            static s => Under(s, s.Plan with { FirstRound = s.Round.Next }, "v0", "v1", "v2"));
        Bytes("a plan after its end, where none is known", "no-plans", "FAIL(EpochNotInForce)",
            static s => (s.MakeLater() with { Plans = [s.Plan.Encode(), (s.SecondPlan with { FirstRound = s.Round }).Encode()] }).Encode());

        Quorum([5, 1, 1, 1], ["v0"], ["v0", "v1"]);
        Quorum([3, 3, 2, 1], ["v0", "v1"], ["v0", "v1", "v3"]);
        Quorum([4, 3, 2, 1], ["v0", "v2"], ["v0", "v1"]);

        Bytes("a witness thirty seconds before the last second", "full", "OK", static s => Noted(
            s, s.Make(ReceiptState.Witnessed), n => WithLine(n, 4, _ => s.Cosign("witness.example/c", n.Text, Samples.Second + ReceiptScenario.SizeThen - 31))));
        Bytes("a wrong witness of a round", "full", "FAIL(WitnessSignatureWrong)",
            static s => (s.Make(ReceiptState.Round) with { Checkpoint = Bent(s.Make(ReceiptState.Witnessed).Checkpoint!, 40) }).Encode());
        Written("base64 with bits behind its end", static t => Bent(t, 3));
        Written("a name with a plus", static t => t + "\u2014 a+b AAAAAAA=\n");
        Written("a name with a space of another kind", static t => t + "\u2014 a\u2003b AAAAAAA=\n");
        Written("a key id and no signature", static t => t + "\u2014 a AAAAAA==\n");
        Written("a tab", static t => t + "\u2014 a\tb AAAAAAA=\n");
        Written("a character beyond U+FFFF", static t => t + "\u2014 \U0001F600 AAAAAAA=\n");
        Written("more lines than two hundred", static t => t + string.Concat(Enumerable.Repeat("\u2014 a AAAAAAA=\n", 196)));
        Bytes("two hundred lines, one with a name of U+007F", "full", "OK", static s =>
        {
            EventReceipt receipt = s.Make(ReceiptState.Witnessed);
            return (receipt with { Checkpoint = receipt.Checkpoint + "\u2014 \u007f AAAAAAA=\n" + string.Concat(Enumerable.Repeat("\u2014 a AAAAAAA=\n", 194)) }).Encode();
        });
    }

    private static void Second(string name, Func<ReceiptScenario, EpochPlan, EpochPlan> change) => Bytes(
        name, "no-plans", "FAIL(PlanMismatch)", s => (s.MakeLater() with { Plans = [s.Plan.Encode(), change(s, s.SecondPlan).Encode()] }).Encode());

    private static void Written(string name, Func<string, string> change) => Change(
        name, "CheckpointMalformed", (s, r) => r with { Checkpoint = change(s.Make(ReceiptState.Witnessed).Checkpoint!) });

    // Of validators that nobody knows: what is left to say of a quorum is that the epoch is not known.
    private static void Quorum(ulong[] weights, string[] below, string[] enough)
    {
        string all = string.Join('+', weights);
        Bytes($"below the quorum of {all}", "no-plans", "FAIL(BelowQuorum)", s => Under(s, Weighted(s, weights), below));
        Bytes($"the quorum of {all}", "no-plans", "INCONCLUSIVE(EpochUnknown)", s => Under(s, Weighted(s, weights), enough));
    }

    private static EpochPlan Weighted(ReceiptScenario scenario, ulong[] weights) => scenario.Plan with
    {
        Validators = [.. scenario.Plan.Validators.Select((it, i) => it with { Weight = weights[i] })],
    };

    // The round under another plan, which everything fits.
    private static byte[] Under(ReceiptScenario scenario, EpochPlan plan, params string[] validators)
    {
        EventReceipt receipt = scenario.Make(ReceiptState.Round) with { Plans = [plan.Encode()] };
        receipt = scenario.Consistently(WithRound(receipt, l => l with { EpochRoot = plan.Root }));
        string text = SignedNote.TryParse(receipt.Checkpoint!)!.Text;
        return scenario.Certify(receipt, scenario.Note(0, default, validators, [], text), Checkpoint.TryParse(text)!.Root).Encode();
    }

    private static EventReceipt WithNext(EventReceipt receipt, int at, Func<ReadOnlyMemory<byte>, byte[]> change) =>
        WithSegment(receipt, at, g => g with { Next = change(g.Next!.Value) });

    private static byte[] RoundBytes(Round round)
    {
        WireWriter writer = new();
        return writer.UInt64(round.Second).ToArray();
    }

    // n - s, which verifies as well where the rule is not kept.
    private static byte[] High(ReadOnlyMemory<byte> signature)
    {
        BigInteger order = BigInteger.Parse("0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte[] s = (order - new BigInteger(signature.Span[32..], isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature.Span[..32], .. new byte[32 - s.Length], .. s];
    }

    private static byte[] Swapped(ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        int at = bytes.Span.LastIndexOf(from);
        Assert.True(at >= 0);
        return [.. bytes.Span[..at], .. to, .. bytes.Span[(at + from.Length)..]];
    }

    // A character of the last line changed, so far from its end.
    private static string Bent(string text, int fromEnd)
    {
        int at = text.Length - 1 - fromEnd;
        return text[..at] + (char)(text[at] == 'z' ? 'a' : text[at] + 1) + text[(at + 1)..];
    }

    private static void Bytes(string name, string trust, string expected, Func<ReceiptScenario, byte[]> make) =>
        List.Add(new ReceiptCase(name, trust, expected, make));

    private static void Raw(string name, string code, Func<ReceiptScenario, RawReceipt, RawReceipt> change) =>
        Bytes(name, "full", $"FAIL({code})", s => change(s, RawReceipt.Of(s.Make(ReceiptState.Round))).Encode());

    private static void Change(string name, string code, Func<ReceiptScenario, EventReceipt, EventReceipt> change) =>
        Bytes(name, "full", $"FAIL({code})", s => change(s, s.Make(ReceiptState.Round)).Encode());

    private static void Promised(string name, string code, Func<ReceiptScenario, EventReceipt, EventReceipt> change) =>
        Bytes(name, "full", $"FAIL({code})", s => change(s, s.Make(ReceiptState.Promised)).Encode());

    // The peer signs what it says.
    private static void Said(string name, string code, Func<ReceiptScenario, EventPromise, EventPromise> change) => Promised(name, code, (s, r) =>
    {
        byte[] promise = change(s, Decoded(r)).Encode();
        return (r with { Promise = promise }).Sign(s.Issuer, promise);
    });

    private static void Liar(string name, string code, Func<ReceiptScenario, EventReceipt, EventReceipt> change) =>
        Change(name, code, (s, r) => s.Consistently(change(s, r)));

    // The heartbeat as a liar opens it: the second's record is made to fit.
    private static void Pulse(string name, string code, Func<Heartbeat, Heartbeat> change) => Liar(name, code, (s, r) =>
    {
        Heartbeat pulse = change(s.Tree.Heartbeat);
        return WithSecond(r with { Heartbeat = pulse.Encode() }, l => l with { Heartbeat = pulse.Hash });
    });

    private static void Note(string name, string code, Func<ReceiptScenario, SignedNote, SignedNote> change) =>
        Bytes(name, "full", $"FAIL({code})", s => Noted(s, s.Make(ReceiptState.Witnessed), n => change(s, n)));

    // Everybody signs the changed text.
    private static void Text(string name, string code, Func<string, string> change) => Change(name, code, (s, r) =>
    {
        string text = change(SignedNote.TryParse(r.Checkpoint!)!.Text);
        return r with { Checkpoint = s.Note(0, default, ["v0", "v1", "v2"], [], text).ToString() };
    });

    private static byte[] Noted(ReceiptScenario scenario, EventReceipt receipt, Func<SignedNote, SignedNote> change) =>
        scenario.Certify(receipt, change(SignedNote.TryParse(receipt.Checkpoint!)!)).Encode();

    private static SignedNote WithLine(SignedNote note, int line, Func<NoteSignature, NoteSignature> change) =>
        note with { Signatures = note.Signatures.SetItem(line, change(note.Signatures[line])) };

    private static EventReceipt WithSegment(EventReceipt receipt, int at, Func<Segment, Segment> change) =>
        receipt with { Segments = receipt.Segments.SetItem(at, change(receipt.Segments[at])) };

    private static EventReceipt WithPath(EventReceipt receipt, int at, Func<ImmutableArray<Hash256>, ImmutableArray<Hash256>> change) =>
        WithSegment(receipt, at, g => g with { Path = change(g.Path) });

    private static EventReceipt WithSecond(EventReceipt receipt, Func<AggregationLeaf, AggregationLeaf> change) => WithAggregation(receipt, 0, change);

    private static EventReceipt WithParent(EventReceipt receipt, Func<AggregationLeaf, AggregationLeaf> change) => WithAggregation(receipt, 1, change);

    private static EventReceipt WithAggregation(EventReceipt receipt, int at, Func<AggregationLeaf, AggregationLeaf> change) => WithSegment(receipt, at, g =>
    {
        Assert.Equal(RecordVerdict.Accepted, AggregationLeaf.TryDecode(g.Next!.Value, out AggregationLeaf? leaf));
        return g with { Next = change(leaf!).Encode() };
    });

    private static EventReceipt WithRound(EventReceipt receipt, Func<RoundLeaf, RoundLeaf> change) => WithSegment(receipt, 2, g =>
    {
        Assert.Equal(RecordVerdict.Accepted, RoundLeaf.TryDecode(g.Next!.Value, out RoundLeaf? leaf));
        return g with { Next = change(leaf!).Encode() };
    });

    private static EventReceipt WithRounds(EventReceipt receipt, Func<Round, Round> change) => WithRound(
        WithParent(WithSecond(receipt, l => l with { Round = change(l.Round) }), l => l with { Round = change(l.Round) }), l => l with { Round = change(l.Round) });

    private static byte[] Leaf(EventReceipt receipt, Func<EventLeaf, EventLeaf> change)
    {
        Assert.Equal(RecordVerdict.Accepted, EventLeaf.TryDecode(receipt.Record, out EventLeaf? leaf));
        return change(leaf!).Encode();
    }

    private static EventPromise Decoded(EventReceipt receipt)
    {
        Assert.Equal(RecordVerdict.Accepted, EventPromise.TryDecode(receipt.Promise!.Value, out EventPromise? promise));
        return promise!;
    }

    private static byte[] KeyOf(ReceiptScenario scenario) => scenario.Issuer.PublicKey.AsSpan().ToArray();

    private static PublicKey OtherPoint(PublicKey key) => new(key.Algorithm, [(byte)(key.Point[0] ^ 1), .. key.Point[1..]]);

    private static byte[] Replaced(ReadOnlyMemory<byte> bytes, int at, int value)
    {
        byte[] changed = bytes.ToArray();
        changed[at < 0 ? changed.Length + at : at] = (byte)value;
        return changed;
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes, int at) => Replaced(bytes, at, bytes.Span[at] ^ 1);
}
