using System;
using NodeRuntime.Api;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Reads;

/// <summary>
/// Whether a stranger's answer about the ledger's state is to be believed, by whoever knows the genesis and nothing else:
/// <code>
/// genesis hash ─ validators ─ finalization ─ header ─ parent's state root ─ path ─ record, or its absence
/// </code>
/// </summary>
internal static class LightRules
{
    public static LightVerdict Check(
        StateAnswer answer,
        StateKey key,
        Genesis genesis,
        ChainId chain,
        ISignatureVerifier signatures,
        LightHorizon horizon,
        out ProvenState? state)
    {
        state = null;
        if (!TryDecode(answer, out CertifiedHeader? certified, out StateProof? proof)) return LightVerdict.Malformed;
        BlockHeader header = certified!.Header;
        Hash256 digest = header.Digest;
        if (digest != horizon.VerifiedDigest)
        {
            LightVerdict verdict = CheckFinalized(certified, digest, genesis, chain, signatures);
            if (verdict != LightVerdict.Accepted) return verdict;
        }

        StateProofVerdict proven = proof!.Verify(header.ParentStateRoot, key, out ReadOnlyMemory<byte> value);
        if (proven is not (StateProofVerdict.Included or StateProofVerdict.Absent)) return LightVerdict.ProofWrong;
        if (horizon.Now - header.Time > horizon.AgeMax) return LightVerdict.Stale;
        if (header.Time - horizon.Now > horizon.AgeMax) return LightVerdict.FromTheFuture;
        if (header.Height < horizon.HeightSeen) return LightVerdict.Behind;
        state = new ProvenState(proven == StateProofVerdict.Included ? value : default(ReadOnlyMemory<byte>?), header);
        return LightVerdict.Accepted;
    }

    private static LightVerdict CheckFinalized(
        CertifiedHeader certified, Hash256 digest, Genesis genesis, ChainId chain, ISignatureVerifier signatures)
    {
        BlockHeader header = certified.Header;
        Certificate finalization = certified.Finalization;
        if (header.Chain != chain) return LightVerdict.WrongChain;
        if (!finalization.IsFinalization || finalization.Value != digest) return LightVerdict.NotFinalized;
        if (finalization.Slot.View != header.View || finalization.Slot.Epoch != header.Epoch) return LightVerdict.NotFinalized;
        return CertificateRules.Check(finalization, chain, genesis.ValidatorSet, signatures, out _) switch
        {
            CertificateVerdict.Accepted => LightVerdict.Accepted,
            CertificateVerdict.WrongEpoch => LightVerdict.ForeignValidators,
            CertificateVerdict.SignerUnknown => LightVerdict.ForeignValidators,
            CertificateVerdict.BelowQuorum => LightVerdict.BelowQuorum,
            CertificateVerdict.SignatureWrong => LightVerdict.SignatureWrong,
        };
    }

    private static bool TryDecode(StateAnswer answer, out CertifiedHeader? certified, out StateProof? proof)
    {
        certified = null;
        proof = null;
        if (!TryBase64(answer.CertifiedHeader, out byte[] headerBytes) || !TryBase64(answer.Proof, out byte[] proofBytes)) return false;
        WireReader reader = new(headerBytes);
        CertifiedHeader read = CertifiedHeader.Read(reader);
        if (!reader.Succeeded || !StateProof.TryDecode(proofBytes, out proof)) return false;
        certified = read;
        return true;
    }

    private static bool TryBase64(string? text, out byte[] bytes)
    {
        bytes = new byte[text is null ? 0 : text.Length * 3L / 4];
        if (text is null || !Convert.TryFromBase64String(text, bytes, out int count)) return false;
        bytes = bytes[..count];
        return true;
    }
}

/// <summary>What a client knows already: it goes forward only.</summary>
/// <param name="VerifiedDigest">A header whose certificate passed: its signatures need not be verified again.</param>
internal readonly record struct LightHorizon(Instant Now, Duration AgeMax, Height HeightSeen, Hash256 VerifiedDigest);
