using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// Why a proposal may stand where it stands: the notarization of its parent (none for an epoch's first block, whose parent is
/// genesis or a seal that everybody knows to be final), a nullification of every view between, and for a seal the word of the next
/// set. It travels, is stored and is served with its block, always: forks are attributed from it.
/// </summary>
public sealed record Justification(Certificate? Parent, ImmutableArray<Certificate> Skips)
{
    public static Justification OfGenesis { get; } = new(null, []);

    /// <summary>In a sealing block, and in no other.</summary>
    public Succession? Succession { get; init; }

    public Hash256 Hash => Hasher.Tagged(HashDomain.Justification, Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Justification, 3);
        if (Parent is null) writer.Null();
        else Parent.Write(writer);
        writer.Array(Skips.Length);
        foreach (Certificate skip in Skips) skip.Write(writer);
        writer.End();
        if (Succession is null) writer.Null();
        else Succession.Write(writer);
        writer.End();
    }

    public static Justification Read(WireReader reader)
    {
        reader.Record(WireType.Justification, 3);
        Certificate? parent = reader.TryNull() ? null : Certificate.Read(reader);
        ImmutableArray<Certificate> skips = reader.List(Limits.JustificationSkipsMax, Certificate.Read);
        Succession? succession = reader.TryNull() ? null : Succession.Read(reader);
        reader.End();
        return new Justification(parent, skips) { Succession = succession };
    }
}
