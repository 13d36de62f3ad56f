using System;
using System.Collections.Immutable;
using System.Text;
using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>A signature line of a note: who, which key of theirs (four bytes of a hash), and the signature's bytes behind that.</summary>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    private const string LineStart = "\u2014 ";
    private const int KeyIdByteCount = 4;

    /// <summary>The signature of no algorithm is longer: ML-DSA-44 with its time.</summary>
    private const int SignatureBytesMax = 2500;

    /// <summary>With its newline.</summary>
    public string ToLine()
    {
        byte[] bytes = new byte[KeyIdByteCount + Bytes.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.Span.CopyTo(bytes.AsSpan(KeyIdByteCount));
        return LineStart + Name + " " + Convert.ToBase64String(bytes) + "\n";
    }

    /// <summary>A line without its newline; null for anything else.</summary>
    public static NoteSignature? TryParse(string line)
    {
        if (!line.StartsWith(LineStart, StringComparison.Ordinal)) return null;
        int space = line.IndexOf(' ', LineStart.Length);
        if (space <= LineStart.Length) return null;
        string name = line[LineStart.Length..space];
        if (!SignedNote.IsName(name)) return null;
        if (SignedNote.TryBase64(line[(space + 1)..], SignatureBytesMax) is not { Length: > KeyIdByteCount } bytes) return null;
        return new NoteSignature(name, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(KeyIdByteCount));
    }
}

/// <summary>
/// C2SP's signed note: a text, an empty line, and signature lines "— name base64(key id || signature)". Whoever knows none of the keys can still read
/// the text; a signature of an unknown key is ignored, one of a known key must be right.
/// </summary>
/// <param name="Text">With its last newline.</param>
public sealed record SignedNote(string Text, ImmutableArray<NoteSignature> Signatures)
{
    public override string ToString()
    {
        StringBuilder note = new(Text);
        note.Append('\n');
        foreach (NoteSignature signature in Signatures) note.Append(signature.ToLine());
        return note.ToString();
    }

    public SignedNote With(NoteSignature signature) => this with { Signatures = Signatures.Add(signature) };

    /// <summary>Null where it is no signed note, or one with more lines than the limit.</summary>
    public static SignedNote? TryParse(string note)
    {
        if (note.Length > Limits.CheckpointBytesMax || !note.EndsWith('\n')) return null;
        foreach (char character in note)
        {
            // A lone surrogate has no UTF-8.
            if ((character < ' ' && character != '\n') || char.IsSurrogate(character)) return null;
        }

        int border = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (border < 0) return null;
        string[] lines = note[(border + 2)..].Split('\n');
        // The last is empty: the note ends with a newline.
        int count = lines.Length - 1;
        if (count is < 1 or > Limits.NoteSignaturesMax) return null;
        ImmutableArray<NoteSignature>.Builder signatures = ImmutableArray.CreateBuilder<NoteSignature>(count);
        for (int i = 0; i < count; i++)
        {
            if (NoteSignature.TryParse(lines[i]) is not { } signature) return null;
            signatures.Add(signature);
        }

        return new SignedNote(note[..(border + 1)], signatures.MoveToImmutable());
    }

    /// <summary>No space of any kind and no plus; not empty.</summary>
    public static bool IsName(string name)
    {
        foreach (char character in name)
        {
            if (char.IsWhiteSpace(character) || character == '+') return false;
        }

        return name.Length > 0;
    }

    /// <summary>Bytes of standard base64 in its one form; null of anything else.</summary>
    internal static byte[]? TryBase64(string text, int byteCountMax)
    {
        if (text.Length > (byteCountMax + 2) / 3 * 4) return null;
        byte[] bytes = new byte[byteCountMax + 2];
        if (!Convert.TryFromBase64String(text, bytes, out int length)) return null;
        // Spaces inside, or bits behind the end, would make two texts of one value.
        return Convert.ToBase64String(bytes.AsSpan(0, length)) == text ? bytes[..length] : null;
    }
}
