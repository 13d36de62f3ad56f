using System;
using System.Text;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Fraud;

/// <summary>
/// Decides claims of fraud. Each is two statements of one signer, or a statement and what is under its root, that cannot both be true of somebody who
/// follows the rules; nothing here takes the word of anybody but the accused.
/// </summary>
/// <param name="chain">The chain that the accused is a member of.</param>
public sealed class FraudRules(ChainId chain, ISignatureVerifier signatures)
{
    public FraudVerdict Judge(FraudProof proof) => proof.Kind switch
    {
        FraudKind.SlotContradiction => JudgeSlot(proof),
        FraudKind.PromiseContradiction => JudgePromises(proof),
        FraudKind.PromiseReplaced => JudgeReplaced(proof),
        FraudKind.PromiseOverdue => JudgeOverdue(proof),
        FraudKind.AcknowledgementBroken => JudgeAcknowledgement(proof),
        FraudKind.WrongTotals => JudgeTotals(proof),
        FraudKind.CheckpointContradiction => JudgeCheckpoints(proof),
    };

    private FraudVerdict JudgeSlot(FraudProof proof)
    {
        if (!HasParts(proof, 2, 0, 0)) return FraudVerdict.PartsWrong;
        if (Second(proof, 0) is not { } one || Second(proof, 1) is not { } other) return FraudVerdict.StatementMalformed;
        PeerId culprit = proof.Culprit.ToPeerId();
        if (one.Child != culprit || other.Child != culprit) return FraudVerdict.CulpritForeign;
        // Two parents are two slots; one second is one second in both.
        if (one.Level != other.Level || one.Round != other.Round || one.Epoch != other.Epoch) return FraudVerdict.PlacesDiffer;
        return one.AgreesWith(other) ? FraudVerdict.NoContradiction : Signed(proof, one.SigningDigest(chain), other.SigningDigest(chain));
    }

    private FraudVerdict JudgePromises(FraudProof proof)
    {
        if (!HasParts(proof, 2, 2, 2)) return FraudVerdict.PartsWrong;
        if (Promise(proof, 0) is not { } one || Promise(proof, 1) is not { } other) return FraudVerdict.StatementMalformed;
        PeerId culprit = proof.Culprit.ToPeerId();
        if (one.Node != culprit || other.Node != culprit) return FraudVerdict.CulpritForeign;
        if (one.Chain != chain || other.Chain != chain) return FraudVerdict.ChainWrong;
        if (proof.Ways[0].Index >= (ulong)one.Count || proof.Ways[1].Index >= (ulong)other.Count) return FraudVerdict.WayWrong;
        if (one.First + proof.Ways[0].Index != other.First + proof.Ways[1].Index) return FraudVerdict.PlacesDiffer;
        if (LeafHash(proof, 0) is not { } leaf || LeafHash(proof, 1) is not { } otherLeaf) return FraudVerdict.RecordWrong;
        bool leads = Leads(proof.Ways[0], leaf, one.Root, (ulong)one.Count) && Leads(proof.Ways[1], otherLeaf, other.Root, (ulong)other.Count);
        if (!leads) return FraudVerdict.WayWrong;
        return leaf == otherLeaf ? FraudVerdict.NoContradiction : Signed(proof, PromiseDigest(proof, 0), PromiseDigest(proof, 1));
    }

    private FraudVerdict JudgeReplaced(FraudProof proof)
    {
        if (!HasParts(proof, 2, 2, 3)) return FraudVerdict.PartsWrong;
        FraudVerdict verdict = OpenSecond(proof, out EventPromise? promise, out AggregationLeaf? second, out Heartbeat? pulse);
        if (verdict != FraudVerdict.Proven) return verdict;
        Segment promised = proof.Ways[0], entered = proof.Ways[1];
        if (promised.Index >= (ulong)promise!.Count || entered.Index == 0 || entered.Index >= second!.ChildSize) return FraudVerdict.WayWrong;
        if (promise.First + promised.Index != pulse!.Sequence + entered.Index) return FraudVerdict.PlacesDiffer;
        if (LeafHash(proof, 1) is not { } leaf || LeafHash(proof, 2) is not { } other) return FraudVerdict.RecordWrong;
        bool leads = Leads(promised, leaf, promise.Root, (ulong)promise.Count) && Leads(entered, other, second.ChildRoot, second.ChildSize);
        if (!leads) return FraudVerdict.WayWrong;
        return leaf == other ? FraudVerdict.NoContradiction : Signed(proof, PromiseDigest(proof, 0), second.SigningDigest(chain));
    }

    private FraudVerdict JudgeOverdue(FraudProof proof)
    {
        if (!HasParts(proof, 2, 0, 1)) return FraudVerdict.PartsWrong;
        FraudVerdict verdict = OpenSecond(proof, out EventPromise? promise, out AggregationLeaf? second, out Heartbeat? pulse);
        if (verdict != FraudVerdict.Proven) return verdict;
        if (second!.Round < promise!.Due) return FraudVerdict.PlacesDiffer;
        // Numbers are given in order: a second that ends before the promised one is a second without it, and so is every one before.
        bool hasCome = pulse!.Sequence + second.Events >= promise.Last;
        return hasCome ? FraudVerdict.NoContradiction : Signed(proof, PromiseDigest(proof, 0), second.SigningDigest(chain));
    }

    private FraudVerdict JudgeAcknowledgement(FraudProof proof)
    {
        if (!HasParts(proof, 2, 1, 1)) return FraudVerdict.PartsWrong;
        RecordVerdict read = SlotAcknowledgement.TryDecode(proof.Statements[0], out SlotAcknowledgement? said);
        if (read != RecordVerdict.Accepted || Second(proof, 1) is not { } tree) return FraudVerdict.StatementMalformed;
        PeerId culprit = proof.Culprit.ToPeerId();
        if (said!.Parent != culprit || tree.Child != culprit) return FraudVerdict.CulpritForeign;
        bool isSame = tree.Level == said.Level + 1 && tree.Round == said.Round && tree.Epoch == said.Epoch && proof.Ways[0].Index == (ulong)said.Slot;
        if (!isSame) return FraudVerdict.PlacesDiffer;
        Hash256 entered = RecordHash.Leaf(proof.Records[0].Span);
        if (!Leads(proof.Ways[0], entered, tree.ChildRoot, tree.ChildSize)) return FraudVerdict.WayWrong;
        return entered == said.Leaf ? FraudVerdict.NoContradiction : Signed(proof, said.SigningDigest(chain), tree.SigningDigest(chain));
    }

    private FraudVerdict JudgeTotals(FraudProof proof)
    {
        if (!HasParts(proof, 1, 0, proof.Records.Length)) return FraudVerdict.PartsWrong;
        if (Second(proof, 0) is not { Level: > 1 } tree) return FraudVerdict.StatementMalformed;
        if (tree.Child != proof.Culprit.ToPeerId()) return FraudVerdict.CulpritForeign;
        MerkleTreeBuilder builder = new();
        foreach (ReadOnlyMemory<byte> record in proof.Records) builder.Append(RecordHash.Leaf(record.Span));
        if (tree.ChildSize != builder.Count || tree.ChildRoot != builder.Root()) return FraudVerdict.WayWrong;
        return IsTrue(tree, proof) ? FraudVerdict.NoContradiction : Signed(proof, tree.SigningDigest(chain));
    }

    // Every slot holds a record of this tree and round, and together they are what the parent says.
    private static bool IsTrue(AggregationLeaf tree, FraudProof proof)
    {
        ulong events = 0, first = 0, last = 0;
        for (int slot = 0; slot < proof.Records.Length; slot++)
        {
            if (AbsentLeaf.TryDecode(proof.Records[slot], out AbsentLeaf? absent) == RecordVerdict.Accepted)
            {
                if (absent!.Level != tree.Level - 1 || absent.Slot != slot || absent.Round != tree.Round || absent.Epoch != tree.Epoch) return false;
                continue;
            }

            if (AggregationLeaf.TryDecode(proof.Records[slot], out AggregationLeaf? leaf) != RecordVerdict.Accepted) return false;
            if (leaf!.Level != tree.Level - 1 || leaf.Slot != slot || leaf.Round != tree.Round || leaf.Epoch != tree.Epoch) return false;
            // No record has more than 2^48, and there are at most 1,024.
            events += leaf.Events;
            if (leaf.Events == 0) continue;
            if (first == 0 || leaf.FirstTime < first) first = leaf.FirstTime;
            last = Math.Max(last, leaf.LastTime);
        }

        return tree.Events == events && tree.FirstTime == first && tree.LastTime == last;
    }

    private FraudVerdict JudgeCheckpoints(FraudProof proof)
    {
        if (!HasParts(proof, 2, 0, 0)) return FraudVerdict.PartsWrong;
        if (Text(proof, 0) is not { } oneText || Text(proof, 1) is not { } otherText) return FraudVerdict.StatementMalformed;
        if (Checkpoint.TryParse(oneText) is not { } one || Checkpoint.TryParse(otherText) is not { } other) return FraudVerdict.StatementMalformed;
        string origin = Checkpoint.OriginOf(chain);
        if (one.Origin != origin || other.Origin != origin) return FraudVerdict.ChainWrong;
        if (one.Size != other.Size) return FraudVerdict.PlacesDiffer;
        if (one.Root == other.Root) return FraudVerdict.NoContradiction;
        return Signed(proof, ValidatorNote.SigningDigest(chain, oneText), ValidatorNote.SigningDigest(chain, otherText));
    }

    // A promise, a second of the same peer, and that second's heartbeat: what number its leaves begin with.
    private FraudVerdict OpenSecond(FraudProof proof, out EventPromise? promise, out AggregationLeaf? second, out Heartbeat? pulse)
    {
        pulse = null;
        promise = Promise(proof, 0);
        second = Second(proof, 1);
        if (promise is null || second is not { Level: 1 }) return FraudVerdict.StatementMalformed;
        PeerId culprit = proof.Culprit.ToPeerId();
        if (promise.Node != culprit || second.Child != culprit) return FraudVerdict.CulpritForeign;
        if (promise.Chain != chain) return FraudVerdict.ChainWrong;
        if (Heartbeat.TryDecode(proof.Records[0], out pulse) != RecordVerdict.Accepted) return FraudVerdict.RecordWrong;
        bool isOpened = RecordHash.Leaf(proof.Records[0].Span) == second.Heartbeat && pulse!.Node == culprit && pulse.Round == second.Round;
        return isOpened ? FraudVerdict.Proven : FraudVerdict.RecordWrong;
    }

    private static bool HasParts(FraudProof proof, int statements, int ways, int records) =>
        proof.Statements.Length == statements && proof.Signatures.Length == statements && proof.Ways.Length == ways && proof.Records.Length == records;

    private static AggregationLeaf? Second(FraudProof proof, int at) =>
        AggregationLeaf.TryDecode(proof.Statements[at], out AggregationLeaf? leaf) == RecordVerdict.Accepted ? leaf : null;

    private static EventPromise? Promise(FraudProof proof, int at) =>
        EventPromise.TryDecode(proof.Statements[at], out EventPromise? promise) == RecordVerdict.Accepted ? promise : null;

    private static Hash256 PromiseDigest(FraudProof proof, int at) => EventReceipt.SigningDigest(proof.Culprit, proof.Statements[at].Span);

    private static Hash256? LeafHash(FraudProof proof, int at) =>
        proof.Records[at].Length == Hash256.ByteCount ? new Hash256(proof.Records[at].Span) : null;

    // The size is the signed one, so a path has one length and cannot begin at an inner node.
    private static bool Leads(Segment way, Hash256 leaf, Hash256 root, ulong size) =>
        way.Size == size && way.Fold(leaf, out Hash256 end) == ReceiptCode.None && end == root;

    // A checkpoint is ASCII: what is not has no one text.
    private static string? Text(FraudProof proof, int at) =>
        Ascii.IsValid(proof.Statements[at].Span) ? Encoding.ASCII.GetString(proof.Statements[at].Span) : null;

    private FraudVerdict Signed(FraudProof proof, params ReadOnlySpan<Hash256> digests)
    {
        for (int i = 0; i < digests.Length; i++)
        {
            Signature signature = new(proof.Culprit.Algorithm, proof.Signatures[i].Span);
            if (signatures.Verify(proof.Culprit, digests[i], signature) != SignatureVerdict.Accepted) return FraudVerdict.SignatureWrong;
        }

        return FraudVerdict.Proven;
    }
}
