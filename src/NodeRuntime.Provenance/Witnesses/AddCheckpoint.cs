using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Provenance.Witnesses;

/// <summary>
/// What a log says to a witness, as C2SP's tlog-witness has it: the size that the witness cosigned last, that the log only grew since, and its checkpoint.
/// <code>
/// old 26
/// base64 of a hash            at most 63 of these
///
/// the checkpoint, a signed note
/// </code>
/// </summary>
/// <param name="Proof">Of RFC 9162 section 2.1.4, from the old size to the checkpoint's.</param>
public sealed record AddCheckpoint(ulong OldSize, ImmutableArray<Hash256> Proof, string Note)
{
    public const int ProofLinesMax = 63;

    /// <summary>A checkpoint with all its lines in UTF-8, the proof before it; in characters it is fewer.</summary>
    public const int BytesMax = 2 * Limits.CheckpointBytesMax;

    private const string OldStart = "old ";

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(OldStart).Append(OldSize.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (Hash256 hash in Proof) text.Append(Convert.ToBase64String(hash.AsSpan())).Append('\n');
        return text.Append('\n').Append(Note).ToString();
    }

    /// <summary>Null for anything else. The note is not looked into here.</summary>
    public static AddCheckpoint? TryParse(string text)
    {
        if (text.Length > BytesMax) return null;
        int border = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (border < 0) return null;
        string[] lines = text[..border].Split('\n');
        if (lines.Length - 1 > ProofLinesMax || !lines[0].StartsWith(OldStart, StringComparison.Ordinal)) return null;
        if (!Checkpoint.TryNumber(lines[0][OldStart.Length..], out ulong old)) return null;
        ImmutableArray<Hash256>.Builder proof = ImmutableArray.CreateBuilder<Hash256>(lines.Length - 1);
        foreach (string line in lines.AsSpan(1))
        {
            if (SignedNote.TryBase64(line, Hash256.ByteCount) is not { Length: Hash256.ByteCount } hash) return null;
            proof.Add(new Hash256(hash));
        }

        return new AddCheckpoint(old, proof.MoveToImmutable(), text[(border + 2)..]);
    }
}
