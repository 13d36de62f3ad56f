using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Light;

/// <summary>
/// Two headers that quorums of one chain finalized and that cannot both be of one chain. Anybody who knows the genesis can check
/// it; it means that more than a third of a set's weight lied, and that nothing of this chain is final any more without people.
/// </summary>
/// <param name="Sets">Leads to the epoch of the younger header at least.</param>
public sealed record ForkProof(SetProof Sets, CertifiedHeader First, CertifiedHeader Second)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.ForkProof, 3);
        Sets.Write(writer);
        First.Write(writer);
        Second.Write(writer);
        return writer.End().ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ForkProof? proof)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.ForkProof, 3);
        proof = new ForkProof(SetProof.Read(reader), CertifiedHeader.Read(reader), CertifiedHeader.Read(reader));
        reader.End();
        if (!reader.Succeeded) proof = null;
        return proof is not null;
    }

    /// <summary>
    /// Whether two final headers exclude each other. One chain's final headers are in one order: a later epoch is higher, within an epoch
    /// a later view is higher, and nothing stands above a seal in its epoch.
    /// </summary>
    public static bool Contradict(CertifiedHeader one, CertifiedHeader other)
    {
        (CertifiedHeader first, CertifiedHeader second) = IsBefore(one, other) ? (one, other) : (other, one);
        bool isOneSlot = first.Finalization.Slot == second.Finalization.Slot;
        bool isAboveSeal = first.Header.IsSeal && first.Header.Epoch == second.Header.Epoch;
        bool isInOrder = second.Header.Height > first.Header.Height && !isOneSlot && !isAboveSeal;
        return !isInOrder && one.Header.Digest != other.Header.Digest;
    }

    public ForkVerdict Verify(ValidatorSet genesis, ChainId chain, ISignatureVerifier signatures)
    {
        if (!Contradict(First, Second)) return ForkVerdict.NoContradiction;
        bool isFirstProven = false;
        bool isSecondProven = false;
        ValidatorSet set = genesis;
        for (int i = 0; i <= Sets.Seals.Length; i++)
        {
            isFirstProven |= CertifiedHeaderRules.Check(First, chain, set, signatures) == CertifiedHeaderVerdict.Accepted;
            isSecondProven |= CertifiedHeaderRules.Check(Second, chain, set, signatures) == CertifiedHeaderVerdict.Accepted;
            if (i == Sets.Seals.Length) break;
            if (SealRules.Check(Sets.Seals[i], chain, set, signatures) != SealVerdict.Accepted) return ForkVerdict.SetsNotProven;
            set = Sets.Seals[i].Next;
        }

        return isFirstProven && isSecondProven ? ForkVerdict.Accepted : ForkVerdict.NotFinalized;
    }

    private static bool IsBefore(CertifiedHeader one, CertifiedHeader other)
    {
        int byEpoch = one.Header.Epoch.CompareTo(other.Header.Epoch);
        if (byEpoch != 0) return byEpoch < 0;
        int byView = one.Finalization.Slot.View.CompareTo(other.Finalization.Slot.View);
        return byView != 0 ? byView < 0 : one.Header.Height < other.Header.Height;
    }
}

/// <summary>What a fork proof shows, in the order of the checks.</summary>
public enum ForkVerdict
{
    /// <summary>The chain forked.</summary>
    Accepted,

    /// <summary>Both headers can be of one chain.</summary>
    NoContradiction,

    /// <summary>The seals do not lead from genesis on.</summary>
    SetsNotProven,

    /// <summary>One of the headers was not finalized by the set of its epoch.</summary>
    NotFinalized,
}
