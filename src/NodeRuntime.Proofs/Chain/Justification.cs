using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// Why a proposal may stand where it stands: the notarization of its parent (none for a child of genesis) and a
/// nullification of every view between. It travels, is stored and is served with its block, always: forks are
/// attributed from it.
/// </summary>
public sealed record Justification(Certificate? Parent, ImmutableArray<Certificate> Skips)
{
    public static Justification OfGenesis { get; } = new(null, []);

    public Hash256 Hash => Hasher.Tagged(HashDomain.Justification, Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Justification, 2);
        if (Parent is null) writer.Null();
        else Parent.Write(writer);
        writer.Array(Skips.Length);
        foreach (Certificate skip in Skips) skip.Write(writer);
        writer.End().End();
    }

    public static Justification Read(WireReader reader)
    {
        reader.Record(WireType.Justification, 2);
        Justification justification = new(
            reader.TryNull() ? null : Certificate.Read(reader),
            reader.List(Limits.JustificationSkipsMax, Certificate.Read));
        reader.End();
        return justification;
    }
}
