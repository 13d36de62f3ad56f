using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Tests.Fraud;

/// <summary>A statement of somebody, in its bytes, with its signature.</summary>
internal sealed record Signed(ISigner By, byte[] Statement, byte[] Signature)
{
    public PublicKey Key => By.PublicKey;

    public static Signed Of(ISigner by, byte[] statement, Hash256 digest) => new(by, statement, by.Sign(digest).Compact.ToArray());
}

/// <summary>A promise as its application keeps it, with the events' leaves.</summary>
internal sealed record HeldPromise(EventPromise Promise, Signed Signed, Hash256[] Leaves);

/// <summary>A peer's second as one of its parents was told it.</summary>
internal sealed record HeldSecond(AggregationLeaf Leaf, Signed Signed);

/// <summary>What a peer says of its own tree when it is asked for a receipt.</summary>
internal sealed record OpenedSecond(HeldSecond Told, byte[] Heartbeat, ulong FirstSequence, Hash256[] Leaves);

/// <summary>A parent's tree as it told the writer, with what is in its slots.</summary>
internal sealed record HeldTree(AggregationLeaf Leaf, Signed Signed, ImmutableArray<ReadOnlyMemory<byte>> Records)
{
    public Hash256[] Leaves { get; } = [.. Records.Select(static it => RecordHash.Leaf(it.Span))];
}

/// <summary>
/// Somebody who was told everything that reached anybody, and knows of nobody whether it lies: it holds what belongs together against each other, and claims
/// fraud of every pair. What is proven is the rules' word alone.
/// </summary>
internal sealed class Auditor(FraudRules rules)
{
    public SortedSet<(PeerId Culprit, FraudKind Kind)> Proven { get; } = [];

    /// <summary>Claims that accused nobody, as nobody had lied.</summary>
    public int Cleared { get; private set; }

    public void HoldSeconds(IReadOnlyList<HeldSecond> ofOneSecond)
    {
        for (int i = 1; i < ofOneSecond.Count; i++)
        {
            Claim(new FraudProof(
                FraudKind.SlotContradiction, ofOneSecond[0].Signed.Key, Statements(ofOneSecond[0].Signed, ofOneSecond[i].Signed),
                Signatures(ofOneSecond[0].Signed, ofOneSecond[i].Signed), [], []));
        }
    }

    /// <summary>Promises with a number in common.</summary>
    public void HoldPromises(HeldPromise one, HeldPromise other)
    {
        Assert.Equal(one.Promise.First, other.Promise.First);
        Claim(new FraudProof(
            FraudKind.PromiseContradiction, one.Signed.Key, Statements(one.Signed, other.Signed), Signatures(one.Signed, other.Signed),
            [WayOf(one.Leaves, 0), WayOf(other.Leaves, 0)], [one.Leaves[0].ToArray(), other.Leaves[0].ToArray()]));
    }

    /// <summary>A promise, and the second that it was due in.</summary>
    public void HoldPromise(HeldPromise held, OpenedSecond opened)
    {
        Signed second = opened.Told.Signed;
        Claim(new FraudProof(
            FraudKind.PromiseOverdue, held.Signed.Key, Statements(held.Signed, second), Signatures(held.Signed, second), [], [opened.Heartbeat]));
        for (int i = 0; i < held.Leaves.Length; i++)
        {
            int place = (int)(held.Promise.First - opened.FirstSequence) + i;
            if (place >= opened.Leaves.Length) break;
            Claim(new FraudProof(
                FraudKind.PromiseReplaced, held.Signed.Key, Statements(held.Signed, second), Signatures(held.Signed, second),
                [WayOf(held.Leaves, i), WayOf(opened.Leaves, place)], [opened.Heartbeat, held.Leaves[i].ToArray(), opened.Leaves[place].ToArray()]));
        }
    }

    public void HoldTree(HeldTree tree) => Claim(new FraudProof(
        FraudKind.WrongTotals, tree.Signed.Key, Statements(tree.Signed), Signatures(tree.Signed), [], tree.Records));

    public void HoldAcknowledgement(SlotAcknowledgement word, Signed signed, HeldTree tree) => Claim(new FraudProof(
        FraudKind.AcknowledgementBroken, signed.Key, Statements(signed, tree.Signed), Signatures(signed, tree.Signed), [WayOf(tree.Leaves, word.Slot)],
        [tree.Records[word.Slot]]));

    public void HoldCheckpoints(Signed one, Signed other) => Claim(new FraudProof(
        FraudKind.CheckpointContradiction, one.Key, Statements(one, other), Signatures(one, other), [], []));

    private void Claim(FraudProof proof)
    {
        FraudVerdict verdict = rules.Judge(FraudProof.TryDecode(proof.Encode())!);
        if (verdict == FraudVerdict.Proven) Proven.Add((proof.Culprit.ToPeerId(), proof.Kind));
        else if (verdict == FraudVerdict.NoContradiction) Cleared++;
        else Assert.Fail($"{proof.Kind}: {verdict}");
    }

    private static Segment WayOf(Hash256[] leaves, int index) => Segment.Of(MerkleTree.ProveInclusion(leaves, index), null);

    private static ImmutableArray<ReadOnlyMemory<byte>> Statements(params ImmutableArray<Signed> signed) =>
        ImmutableArray.CreateRange(signed, static it => (ReadOnlyMemory<byte>)it.Statement);

    private static ImmutableArray<ReadOnlyMemory<byte>> Signatures(params ImmutableArray<Signed> signed) =>
        ImmutableArray.CreateRange(signed, static it => (ReadOnlyMemory<byte>)it.Signature);
}
