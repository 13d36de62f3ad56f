using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Provenance.Records;

/// <summary>The two hashes that hide an event: of its record in the tree, and of its content in the record.</summary>
public static class RecordHash
{
    /// <summary>In front of salt and digest: seven bytes, so that label, salt and digest fill one block of SHA-256 and no more.</summary>
    public static ReadOnlySpan<byte> SubjectLabel => "subject"u8;

    public const int SubjectInputByteCount = 7 + Salt.ByteCount + Hash256.ByteCount;

    /// <summary>RFC 9162's leaf over a record's bytes: SHA-256(00 || record).</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> record) => MerkleTree.HashLeaf(record);

    /// <summary>
    /// SHA-256("subject" || salt || digest of the content): who does not know the content cannot find it by guessing, and two events of one
    /// content do not show that they are.
    /// </summary>
    public static Hash256 Subject(Salt salt, Hash256 content)
    {
        Span<byte> input = stackalloc byte[SubjectInputByteCount];
        WriteSubjectInput(input, salt.ToArray(), content.AsSpan());
        return Hasher.Sha256(input);
    }

    internal static void WriteSubjectInput(Span<byte> input, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> content)
    {
        SubjectLabel.CopyTo(input);
        salt.CopyTo(input[SubjectLabel.Length..]);
        content.CopyTo(input[(SubjectLabel.Length + Salt.ByteCount)..]);
    }
}
