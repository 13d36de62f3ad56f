using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Lanes;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Tests;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;

namespace NodeRuntime.Provenance.Tests.Fraud;

/// <summary>
/// A thousand peers, each with two of eight parents, and a topmost tree over these: seconds of a calendar in which messages and acknowledgements are lost, peers
/// are silent, and some lie. What reaches anybody reaches the auditor.
/// </summary>
internal sealed class ThousandPeers
{
    public const int Peers = 1000;
    public const int Parents = 8;
    private const int Slots = 256;
    private const int Validators = 4;

    // Of a thousand.
    private const int LossRate = 50;
    private const int SilenceRate = 20;
    private const int LieRate = 15;
    private const int ParentLieRate = 300;

    private static readonly EpochPlan Plan = new(
        Samples.Chain, new Epoch(0), new Round(Samples.Second), new Round(Samples.Second), [Slots, Parents],
        [.. Enumerable.Range(0, Validators).Select(static it => new PlanValidator(SignerOf("validator", it).PublicKey, 1))]);

    private readonly Prng _prng;
    private readonly Auditor _auditor;
    private readonly IShortSha256 _hasher = ShortSha256.Open();
    private readonly ISigner[] _peers = [.. Enumerable.Range(0, Peers).Select(static it => SignerOf("peer", it))];
    private readonly ISigner[] _parents = [.. Enumerable.Range(0, Parents).Select(static it => SignerOf("parent", it))];
    private readonly ulong[] _sequences = new ulong[Peers];
    private readonly int[] _parentOf = new int[Peers * 2];
    private readonly int[] _slotOf = new int[Peers * 2];
    private readonly PeerId?[][] _slots = [.. Enumerable.Range(0, Parents).Select(static _ => new PeerId?[Slots])];
    private readonly List<Hash256> _calendar = [];

    public ThousandPeers(ulong seed, Auditor auditor)
    {
        _prng = new Prng(seed);
        _auditor = auditor;
        int[] taken = new int[Parents];
        for (int i = 0; i < Peers * 2; i++)
        {
            int parent = ((i / 2) + (i % 2 * (1 + (i / 2 / Parents % (Parents - 1))))) % Parents;
            _parentOf[i] = parent;
            _slotOf[i] = taken[parent]++;
            _slots[parent][_slotOf[i]] = _peers[i / 2].PublicKey.ToPeerId();
        }
    }

    /// <summary>Lies that left what proves them with anybody.</summary>
    public SortedSet<(PeerId Culprit, FraudKind Kind)> Lies { get; } = [];

    public void Advance(int second)
    {
        Round round = new(Samples.Second + (ulong)second);
        ParentTree[] trees = [.. _slots.Select(it => new ParentTree(Plan, 1, round, [.. it]))];
        List<(SlotAcknowledgement Word, Signed Signed)>[] words = [.. Enumerable.Range(0, Parents).Select(static _ => new List<(SlotAcknowledgement, Signed)>())];
        for (int peer = 0; peer < Peers; peer++)
        {
            if (!_prng.NextChance(SilenceRate)) Close(peer, round, trees, words);
        }

        ImmutableArray<PeerId?> expected = [.. _parents.Select(static it => (PeerId?)it.PublicKey.ToPeerId())];
        ParentTree top = new(Plan, 2, round, expected);
        for (int parent = 0; parent < Parents; parent++) Close(parent, trees[parent], words[parent], top);
        Certify(top.Close().ToRound(Plan, _calendar.Count == 0 ? default : MerkleTree.Root([.. _calendar])));
    }

    // A peer's second: promises, its tree, and what it tells its two parents.
    private void Close(int peer, Round round, ParentTree[] trees, List<(SlotAcknowledgement Word, Signed Signed)>[] words)
    {
        ISigner self = _peers[peer];
        PeerId id = self.PublicKey.ToPeerId();
        FraudKind? lie = _prng.NextChance(LieRate) ? (FraudKind)(1 + _prng.NextBelow(4)) : null;
        int count = _prng.NextBelow(4) + (lie is null or FraudKind.SlotContradiction ? 0 : 1);
        Hash256[] events = [.. Enumerable.Range(0, count).Select(_ => NextHash())];
        ulong first = _sequences[peer] + 1;
        List<HeldPromise> promises = [];
        if (count > 0) promises.Add(Promise(self, round, first, events));
        Hash256[] entered = [.. events];
        switch (lie)
        {
            case FraudKind.PromiseContradiction:
                promises.Add(Promise(self, round, first, [NextHash()]));
                break;
            case FraudKind.PromiseReplaced:
                entered[^1] = NextHash();
                break;
            case FraudKind.PromiseOverdue:
                entered = entered[..^1];
                break;
            default:
                break;
        }

        Heartbeat pulse = new(new Salt(NextHash().AsSpan()[..Salt.ByteCount]), id, round, null, _sequences[peer], null, null, null, default, 0, default);
        SecondTree tree = new(_hasher, pulse, NextHash().AsSpan(), keepsNodes: false);
        ulong time = (round.Second * 1_000_000_000) + (ulong)_prng.NextBelow(1000);
        Assert.Equal(IntakeVerdict.Accepted, tree.Carry([.. entered.SelectMany(static it => it.ToArray())], time, time));
        _sequences[peer] += (ulong)entered.Length;

        List<HeldSecond> told = [];
        for (int way = 0; way < 2; way++)
        {
            int at = (peer * 2) + way;
            AggregationLeaf leaf = tree.Close(_slotOf[at], Plan.Epoch);
            if (lie == FraudKind.SlotContradiction && way == 1) leaf = leaf with { ChildRoot = NextHash() };
            if (_prng.NextChance(LossRate)) continue;
            told.Add(new HeldSecond(leaf, Signed.Of(self, leaf.Encode(), leaf.SigningDigest(Samples.Chain))));
            Assert.Equal(SlotVerdict.Accepted, trees[_parentOf[at]].Enter(leaf));
            if (!_prng.NextChance(LossRate)) words[_parentOf[at]].Add(Acknowledge(_parents[_parentOf[at]], leaf));
        }

        Show(id, lie, promises, told, new OpenedSecondOf(pulse, _sequences[peer] - (ulong)entered.Length, entered));
    }

    private void Show(PeerId id, FraudKind? lie, List<HeldPromise> promises, List<HeldSecond> told, OpenedSecondOf tree)
    {
        _auditor.HoldSeconds(told);
        if (promises.Count == 2) _auditor.HoldPromises(promises[0], promises[1]);
        bool isHeld = lie switch
        {
            // Who told nobody anything has signed nothing that its promises could be held against.
            null => false,
            FraudKind.SlotContradiction => told.Count == 2,
            FraudKind.PromiseContradiction => true,
            _ => told.Count > 0,
        };
        if (isHeld) Lies.Add((id, lie!.Value));
        if (told.Count == 0) return;
        // Under the second root that a liar told stands nothing: the first is the one that it can open.
        if (lie == FraudKind.SlotContradiction && told[0].Leaf.ChildRoot != tree.Root) return;
        OpenedSecond opened = new(told[0], tree.Pulse.Encode(), tree.Before, [tree.Pulse.Hash, .. tree.Entered]);
        foreach (HeldPromise it in promises) _auditor.HoldPromise(it, opened);
        // Of two promises with one number, one event at most stands at its place.
        if (lie == FraudKind.PromiseContradiction) Lies.Add((id, FraudKind.PromiseReplaced));
    }

    private void Close(int parent, ParentTree tree, List<(SlotAcknowledgement Word, Signed Signed)> words, ParentTree top)
    {
        ISigner self = _parents[parent];
        PeerId id = self.PublicKey.ToPeerId();
        ClosedParent closed = tree.Close();
        ImmutableArray<ReadOnlyMemory<byte>> records = closed.Records;
        AggregationLeaf leaf = closed.ToLeaf(id, parent);
        if (_prng.NextChance(ParentLieRate))
        {
            if (_prng.NextChance(500) && words.Count > 0)
            {
                // Of somebody it has acknowledged it says that it was silent; the totals are made to fit.
                SlotAcknowledgement word = words[_prng.NextBelow(words.Count)].Word;
                Assert.Equal(RecordVerdict.Accepted, AggregationLeaf.TryDecode(records[word.Slot], out AggregationLeaf? dropped));
                records = records.SetItem(word.Slot, new AbsentLeaf(1, word.Slot, tree.Round, dropped!.Child, AbsenceReason.Silent, Plan.Epoch).Encode());
                leaf = TotalOf(records, leaf);
                Lies.Add((id, FraudKind.AcknowledgementBroken));
            }
            else
            {
                leaf = leaf with { Events = leaf.Events + 1 };
                Lies.Add((id, FraudKind.WrongTotals));
            }
        }

        HeldTree held = new(leaf, Signed.Of(self, leaf.Encode(), leaf.SigningDigest(Samples.Chain)), records);
        Assert.Equal(SlotVerdict.Accepted, top.Enter(leaf));
        _auditor.HoldTree(held);
        foreach ((SlotAcknowledgement word, Signed signed) in words) _auditor.HoldAcknowledgement(word, signed, held);
    }

    private void Certify(RoundLeaf leaf)
    {
        _calendar.Add(RecordHash.Leaf(leaf.Encode()));
        Checkpoint checkpoint = new(Checkpoint.OriginOf(Samples.Chain), (ulong)_calendar.Count, MerkleTree.Root([.. _calendar]));
        for (int i = 0; i < Validators; i++)
        {
            ISigner self = SignerOf("validator", i);
            // The first of them lies now and then; everybody shows what it signed to two that ask.
            bool lies = i == 0 && _prng.NextChance(2 * ParentLieRate);
            if (lies) Lies.Add((self.PublicKey.ToPeerId(), FraudKind.CheckpointContradiction));
            _auditor.HoldCheckpoints(Certified(self, checkpoint), Certified(self, lies ? checkpoint with { Root = NextHash() } : checkpoint));
        }
    }

    private static Signed Certified(ISigner by, Checkpoint checkpoint) =>
        Signed.Of(by, Encoding.ASCII.GetBytes(checkpoint.Text), ValidatorNote.SigningDigest(Samples.Chain, checkpoint.Text));

    private static AggregationLeaf TotalOf(ImmutableArray<ReadOnlyMemory<byte>> records, AggregationLeaf leaf)
    {
        ulong events = 0, first = 0, last = 0;
        foreach (ReadOnlyMemory<byte> record in records)
        {
            if (AggregationLeaf.TryDecode(record, out AggregationLeaf? child) != RecordVerdict.Accepted || child!.Events == 0) continue;
            events += child.Events;
            first = first == 0 ? child.FirstTime : ulong.Min(first, child.FirstTime);
            last = ulong.Max(last, child.LastTime);
        }

        Hash256 root = MerkleTree.Root([.. records.Select(static it => RecordHash.Leaf(it.Span))]);
        return leaf with { ChildRoot = root, Events = events, FirstTime = first, LastTime = last };
    }

    private static HeldPromise Promise(ISigner by, Round round, ulong first, Hash256[] leaves)
    {
        EventPromise promise = new(Samples.Chain, by.PublicKey.ToPeerId(), Plan.Epoch, round, first, leaves.Length, MerkleTree.Root(leaves), round);
        byte[] bytes = promise.Encode();
        return new HeldPromise(promise, Signed.Of(by, bytes, EventReceipt.SigningDigest(by.PublicKey, bytes)), leaves);
    }

    private static (SlotAcknowledgement Word, Signed Signed) Acknowledge(ISigner by, AggregationLeaf leaf)
    {
        SlotAcknowledgement word = new(by.PublicKey.ToPeerId(), 1, leaf.Slot, leaf.Round, leaf.Epoch, leaf.Hash);
        return (word, Signed.Of(by, word.Encode(), word.SigningDigest(Samples.Chain)));
    }

    private static ISigner SignerOf(string kind, int number) => FakeSignatures.SignerOf(kind + number.ToString(CultureInfo.InvariantCulture));

    private Hash256 NextHash()
    {
        byte[] bytes = new byte[Hash256.ByteCount];
        _prng.Fill(bytes);
        return new Hash256(bytes);
    }

    private sealed record OpenedSecondOf(Heartbeat Pulse, ulong Before, Hash256[] Entered)
    {
        public Hash256 Root => MerkleTree.Root([Pulse.Hash, .. Entered]);
    }
}
