using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>A parent's round that is over, and which children are in it.</summary>
internal sealed record EnteredRound(CalendarEpoch Epoch, ClosedParent Tree, ImmutableArray<(PeerId Child, int Slot)> Children)
{
    /// <summary>A child's place in the tree; null where it is not in it.</summary>
    public Segment? WayOf(PeerId child)
    {
        foreach ((PeerId one, int slot) in Children)
        {
            if (one == child) return Segment.Of(Tree.Prove(slot), null);
        }

        return null;
    }
}

/// <summary>
/// One level of trees as its parent keeps them: takes what children closed, acknowledges it, and closes the round when all have spoken or time is up. A
/// desk that was opened in a second begins with the second after the next: in an earlier one it may have acknowledged what it no longer knows.
/// </summary>
/// <param name="fraud">Hears of whoever told one second in two ways.</param>
/// <param name="level">1: the peers' seconds; 2: the topmost tree, which each validator has and any block may enter.</param>
/// <param name="closed">Hears of each round that is closed, in order.</param>
/// <param name="seed">Random: of which children others are shown what they told.</param>
internal sealed class ParentDesk(ProvenanceScene scene, FraudDesk fraud, int level, Duration closesAfter, Action<EnteredRound> closed, Hash256 seed)
{
    /// <summary>Rounds that a desk which was held up still closes; older ones are skipped.</summary>
    private const ulong HeldUpSeconds = 2;

    /// <summary>Seconds for which it is known what each child told.</summary>
    private const ulong RememberedSeconds = 16;

    /// <summary>Children of a round of which the other parents are shown what they told here. A child that tells its two parents different things does not know which. Of a
    /// validator, which tells all others, one is enough.</summary>
    private const int ShownMax = 8;

    private readonly SortedDictionary<(Round Round, PeerId Child), ProvenanceMessage.Shown> _heard = [];
    private readonly SortedDictionary<Round, OpenRound> _rounds = [];
    private readonly SortedDictionary<Epoch, SlotTable> _tables = [];
    private Round _next;

    public int Children { get; private set; }

    /// <summary>What children sent and was not entered.</summary>
    public ulong Refused { get; private set; }

    /// <param name="lastClosed">This peer's own last second: a clock that went back while it was down shows there.</param>
    public void Start(Round? lastClosed) => _next = new Round(Math.Max(scene.Current.Second, (lastClosed?.Second ?? 0) + 1) + 1);

    public void Enrol(PeerId child, Epoch epoch)
    {
        if (scene.Epochs.Of(epoch) is not { } known || !IsMine(known)) return;
        // What is over has no slots to give.
        if (epoch.CompareTo(scene.Epochs.At(scene.Current).Plan.Epoch) < 0) return;
        scene.Send(child, new ProvenanceMessage.Enrolled(epoch, TableOf(epoch).Enrol(child, scene.Current)));
    }

    public void Enter(PeerId child, ProvenanceMessage.Closed message)
    {
        AggregationLeaf leaf = message.Leaf;
        CalendarEpoch epoch = scene.Epochs.At(leaf.Round);
        if (leaf.Child != child || leaf.Epoch != epoch.Plan.Epoch || !IsMine(epoch)) return;
        if (leaf.Round > scene.Current || !scene.IsSigned(child, leaf.SigningDigest(scene.Chain), message.Signature))
        {
            Refused++;
            return;
        }

        Remember(child, message);
        if (leaf.Round < _next)
        {
            Refused++;
            return;
        }

        OpenRound round = RoundOf(leaf.Round, epoch);
        switch (round.Tree.Enter(leaf))
        {
            case SlotVerdict.Accepted:
                round.Children.Add((child, leaf.Slot));
                if (level == 1) Acknowledge(child, leaf);
                CloseComplete();
                break;
            case SlotVerdict.Known:
                if (level == 1) Acknowledge(child, leaf);
                break;
            case SlotVerdict.NotEnrolled:
            case SlotVerdict.SlotOutOfRange:
                Refused++;
                // A parent that has started anew knows no slots: this one is for the next round.
                if (level == 1) Enrol(child, leaf.Epoch);
                break;
            case SlotVerdict.Contradiction:
                // What that means was held against it as it came.
                Refused++;
                break;
            case SlotVerdict.LevelWrong:
            case SlotVerdict.EpochWrong:
            case SlotVerdict.RoundWrong:
            case SlotVerdict.SizeWrong:
            case SlotVerdict.TooManyEvents:
            case SlotVerdict.Closed:
            default:
                Refused++;
                round.Tree.Refuse(leaf.Slot);
                break;
        }
    }

    /// <summary>What somebody says that a child told it, against what it told here.</summary>
    public void Compare(ProvenanceMessage.Shown other)
    {
        if (other.Child.ToPeerId() != other.Leaf.Child || !_heard.TryGetValue((other.Leaf.Round, other.Leaf.Child), out ProvenanceMessage.Shown? own)) return;
        if (own.Leaf.AgreesWith(other.Leaf)) return;
        fraud.Hold(FraudKind.SlotContradiction, own.Child, [(own.Leaf.Encode(), own.Signature), (other.Leaf.Encode(), other.Signature)], [], []);
    }

    // The first that it said of a second stays; whatever comes later is held against it.
    private void Remember(PeerId child, ProvenanceMessage.Closed message)
    {
        if (message.Leaf.Round.Second + RememberedSeconds < scene.Current.Second || scene.KeyOf(child) is not { } key) return;
        ProvenanceMessage.Shown told = new(message.Leaf, message.Signature, key);
        if (!_heard.TryAdd((message.Leaf.Round, child), told)) Compare(told);
    }

    private void ShowOthers(Round round, CalendarEpoch epoch, ImmutableArray<(PeerId Child, int Slot)> children, int count)
    {
        if (children.IsEmpty || epoch.Parents.Length < 2) return;
        Span<byte> second = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(second, round.Second);
        Hash256 draw = Hasher.Tagged(HashDomain.ProvenanceSecret, seed.AsSpan(), second);
        int first = (int)(BinaryPrimitives.ReadUInt32BigEndian(draw.AsSpan()) % (uint)children.Length);
        for (int i = 0; i < Math.Min(count, children.Length); i++)
        {
            PeerId child = children[(first + i) % children.Length].Child;
            if (!_heard.TryGetValue((round, child), out ProvenanceMessage.Shown? told)) continue;
            foreach (PeerId parent in epoch.Parents)
            {
                if (parent != scene.Self && parent != child && scene.IsReachable(parent)) scene.Send(parent, told);
            }
        }
    }

    /// <summary>Closes what is due.</summary>
    public void Advance()
    {
        Round now = scene.Current;
        while (_heard.Count > 0 && _heard.Keys.First() is var oldest && oldest.Round.Second + RememberedSeconds < now.Second) _heard.Remove(oldest);
        if (_next.Second + HeldUpSeconds < now.Second) _next = new Round(now.Second - HeldUpSeconds);
        while (_next < now && EndOf(_next) + closesAfter <= scene.Now) Close();
        CloseComplete();
    }

    private void CloseComplete()
    {
        while (_next < scene.Current && _rounds.TryGetValue(_next, out OpenRound? round) && round.IsComplete) Close();
    }

    private void Close()
    {
        Round closing = _next;
        _next = closing.Next;
        CalendarEpoch epoch = scene.Epochs.At(closing);
        if (IsMine(epoch))
        {
            OpenRound round = RoundOf(closing, epoch);
            ImmutableArray<(PeerId Child, int Slot)> children = round.Children.ToImmutable();
            closed(new EnteredRound(epoch, round.Tree.Close(), children));
            Children = children.Length;
            ShowOthers(closing, epoch, children, level == 1 ? ShownMax : 1);
        }

        foreach (Round old in new List<Round>(_rounds.Keys))
        {
            if (old < _next) _rounds.Remove(old);
        }

        if (closing.Second % 60 != 0) return;
        foreach (SlotTable table in _tables.Values) table.Vacate(scene);
    }

    private void Acknowledge(PeerId child, AggregationLeaf leaf)
    {
        TableOf(leaf.Epoch).Heard(child, scene.Current);
        SlotAcknowledgement acknowledgement = new(scene.Self, level, leaf.Slot, leaf.Round, leaf.Epoch, leaf.Hash);
        scene.Send(child, new ProvenanceMessage.Taken(acknowledgement, scene.Signer.Sign(acknowledgement.SigningDigest(scene.Chain))));
    }

    private OpenRound RoundOf(Round round, CalendarEpoch epoch)
    {
        if (_rounds.TryGetValue(round, out OpenRound? known)) return known;
        ImmutableArray<PeerId?> slots = level == 1 ? TableOf(epoch.Plan.Epoch).Slots : [.. System.Linq.Enumerable.Select(epoch.Parents, static it => (PeerId?)it)];
        int expected = level == 1 ? TableOf(epoch.Plan.Epoch).Count : slots.Length;
        OpenRound opened = new(new ParentTree(epoch.Plan, level, round, slots), expected);
        _rounds.Add(round, opened);
        return opened;
    }

    private SlotTable TableOf(Epoch epoch)
    {
        if (_tables.TryGetValue(epoch, out SlotTable? table)) return table;
        _tables.Add(epoch, table = new SlotTable());
        // Two epochs at most are alive.
        foreach (Epoch old in new List<Epoch>(_tables.Keys))
        {
            if (old.Number + 1 < epoch.Number) _tables.Remove(old);
        }

        return table;
    }

    private bool IsMine(CalendarEpoch epoch) => epoch.Parents.Contains(scene.Self);

    private static Instant EndOf(Round round) => Instant.FromMilliseconds((long)(round.Second + 1) * 1000);

    private sealed class OpenRound(ParentTree tree, int expected)
    {
        public ParentTree Tree { get; } = tree;

        public ImmutableArray<(PeerId Child, int Slot)>.Builder Children { get; } = ImmutableArray.CreateBuilder<(PeerId Child, int Slot)>();

        /// <summary>Everybody who has a slot has spoken.</summary>
        public bool IsComplete => expected > 0 && Children.Count == expected;
    }
}
