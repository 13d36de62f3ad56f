using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// A member of a set that is due says: I run, I hold the chain, and I vote as this set's epoch begins. It is for this set and so for
/// one epoch alone; whichever block seals may carry it.
/// </summary>
/// <param name="Set">The hash of the set.</param>
/// <param name="Member">Its place in that set.</param>
public sealed record Readiness(Hash256 Set, ValidatorIndex Member, Signature Signature)
{
    public static Hash256 SigningDigest(ChainId chain, Hash256 set)
    {
        WireWriter writer = new();
        writer.Record(WireType.Readiness, 2).Hash(chain.Hash).Hash(set).End();
        return Hasher.Tagged(HashDomain.Readiness, writer.ToArray());
    }

    public void Write(WireWriter writer) =>
        writer.Record(WireType.Readiness, 3).Hash(Set).UInt64(Member.Number).Bytes(Signature.AsSpan()).End();

    public static Readiness Read(WireReader reader)
    {
        reader.Record(WireType.Readiness, 3);
        Readiness readiness = new(reader.Hash(), new ValidatorIndex(reader.UInt16()), Signature.Read(reader));
        reader.End();
        return readiness;
    }
}
