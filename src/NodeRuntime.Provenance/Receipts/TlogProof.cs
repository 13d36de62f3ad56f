using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// The last step of a receipt as text, in C2SP's tlog-proof form, for tools that know logs and not us: the leaf is the round's record (in the line
/// "extra"), the path leads to the checkpoint below it.
/// </summary>
/// <param name="RoundRecord">The calendar's leaf: what RFC 9162 hashes.</param>
public sealed record TlogProof(ReadOnlyMemory<byte> RoundRecord, ulong Index, ImmutableArray<Hash256> Path, string Checkpoint)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1";
    private const string ExtraStart = "extra ";
    private const string IndexStart = "index ";

    /// <summary>Null where the receipt has no checkpoint.</summary>
    public static TlogProof? Of(EventReceipt receipt)
    {
        if (receipt.Checkpoint is not { } checkpoint || receipt.Segments.Length < 2 || receipt.Segments[^2].Next is not { } next) return null;
        return new TlogProof(next, receipt.Segments[^1].Index, receipt.Segments[^1].Path, checkpoint);
    }

    public override string ToString()
    {
        StringBuilder text = new(FirstLine);
        text.Append('\n').Append(ExtraStart).Append(Convert.ToBase64String(RoundRecord.Span)).Append('\n');
        text.Append(IndexStart).Append(Index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (Hash256 hash in Path) text.Append(Convert.ToBase64String(hash.AsSpan())).Append('\n');
        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <summary>Null where the text is no such proof; the line "extra" must be there.</summary>
    public static TlogProof? TryParse(string text)
    {
        if (text.Length > 2 * Limits.CheckpointBytesMax) return null;
        int border = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (border < 0) return null;
        string[] lines = text[..border].Split('\n');
        if (lines.Length < 3 || lines.Length - 3 > Limits.MerklePathHashesMax || lines[0] != FirstLine) return null;
        if (!lines[1].StartsWith(ExtraStart, StringComparison.Ordinal) || !lines[2].StartsWith(IndexStart, StringComparison.Ordinal)) return null;
        if (SignedNote.TryBase64(lines[1][ExtraStart.Length..], Limits.ProvenanceRecordBytesMax) is not { } record) return null;
        if (!Receipts.Checkpoint.TryNumber(lines[2][IndexStart.Length..], out ulong index)) return null;
        ImmutableArray<Hash256>.Builder path = ImmutableArray.CreateBuilder<Hash256>();
        foreach (string line in lines.AsSpan(3))
        {
            if (SignedNote.TryBase64(line, Hash256.ByteCount) is not { Length: Hash256.ByteCount } hash) return null;
            path.Add(new Hash256(hash));
        }

        return new TlogProof(record, index, path.ToImmutable(), text[(border + 2)..]);
    }

    /// <summary>Whether the round's record stands at this index under this checkpoint; whose checkpoint it is, its signatures say.</summary>
    public ReceiptCode Check(out Checkpoint? checkpoint)
    {
        checkpoint = SignedNote.TryParse(Checkpoint) is { } note ? Receipts.Checkpoint.TryParse(note.Text) : null;
        if (checkpoint is null) return ReceiptCode.CheckpointMalformed;
        if (RoundLeaf.TryDecode(RoundRecord, out _) != RecordVerdict.Accepted) return ReceiptCode.RoundMalformed;
        Segment segment = new(checkpoint.Size, Index, Path, null);
        ReceiptCode code = segment.Fold(RecordHash.Leaf(RoundRecord.Span), out Hash256 root);
        if (code != ReceiptCode.None) return code;
        return root == checkpoint.Root ? ReceiptCode.None : ReceiptCode.CalendarRootMismatch;
    }
}
