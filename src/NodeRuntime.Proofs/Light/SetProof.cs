using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Light;

/// <summary>
/// Who votes in an epoch, for whoever knows the genesis alone: every seal since, oldest first. No seal may be skipped. A vote names
/// epoch, view and header but no set, so that a later set can only be believed on the word of the one before it; docs/consensus.md
/// has the argument.
/// </summary>
public sealed record SetProof(ImmutableArray<Seal> Seals)
{
    /// <summary>Of the first epoch: genesis proves it.</summary>
    public static SetProof OfGenesis { get; } = new([]);

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.SetProof, 1).Array(Seals.Length);
        foreach (Seal seal in Seals) seal.Write(writer);
        writer.End().End();
    }

    /// <summary>Longer than <see cref="Limits.SealsPerProofMax"/> is refused.</summary>
    public static SetProof Read(WireReader reader)
    {
        reader.Record(WireType.SetProof, 1);
        SetProof proof = new(reader.List(Limits.SealsPerProofMax, Seal.Read));
        reader.End();
        return proof;
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out SetProof? proof)
    {
        WireReader reader = new(bytes);
        proof = Read(reader);
        if (!reader.Succeeded) proof = null;
        return proof is not null;
    }

    /// <summary>The set that the proof leads to from a trusted one; null unless accepted.</summary>
    public SealVerdict Verify(ValidatorSet trusted, ChainId chain, ISignatureVerifier signatures, out ValidatorSet? proven)
    {
        proven = null;
        ValidatorSet set = trusted;
        foreach (Seal seal in Seals)
        {
            SealVerdict verdict = SealRules.Check(seal, chain, set, signatures);
            if (verdict != SealVerdict.Accepted) return verdict;
            set = seal.Next;
        }

        proven = set;
        return SealVerdict.Accepted;
    }
}
