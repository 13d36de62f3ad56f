using System;
using NodeRuntime.Api;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Reads;

/// <summary>
/// Whether a stranger's answer about the ledger's state is to be believed, by whoever knows the genesis and nothing else:
/// <code>
/// genesis hash ─ validators ─ seals ─ finalization ─ header ─ parent's state root ─ path ─ record, or its absence
/// </code>
/// </summary>
internal static class LightRules
{
    /// <param name="light">Knows the validators of the header's epoch, or the header is foreign.</param>
    public static LightVerdict Check(DecodedState answer, StateKey key, LightClient light, LightHorizon horizon, out ProvenState? state)
    {
        state = null;
        BlockHeader header = answer.Certified.Header;
        LightVerdict verdict = light.Check(answer.Certified) switch
        {
            CertifiedHeaderVerdict.Accepted => LightVerdict.Accepted,
            CertifiedHeaderVerdict.WrongChain => LightVerdict.WrongChain,
            CertifiedHeaderVerdict.NotFinalized => LightVerdict.NotFinalized,
            CertifiedHeaderVerdict.ForeignValidators => LightVerdict.ForeignValidators,
            CertifiedHeaderVerdict.BelowQuorum => LightVerdict.BelowQuorum,
            CertifiedHeaderVerdict.SignatureWrong => LightVerdict.SignatureWrong,
        };
        if (verdict != LightVerdict.Accepted) return verdict;
        StateProofVerdict proven = answer.Proof.Verify(header.ParentStateRoot, key, out ReadOnlyMemory<byte> value);
        if (proven is not (StateProofVerdict.Included or StateProofVerdict.Absent)) return LightVerdict.ProofWrong;
        if (horizon.Now - header.Time > horizon.AgeMax) return LightVerdict.Stale;
        if (header.Time - horizon.Now > horizon.AgeMax) return LightVerdict.FromTheFuture;
        if (header.Height < horizon.HeightSeen) return LightVerdict.Behind;
        state = new ProvenState(proven == StateProofVerdict.Included ? value : default(ReadOnlyMemory<byte>?), header);
        return LightVerdict.Accepted;
    }

    /// <summary>What the answer's bytes say; null where they are not of their kind.</summary>
    public static DecodedState? Decode(StateAnswer answer)
    {
        if (!TryBase64(answer.CertifiedHeader, out byte[] headerBytes) || !TryBase64(answer.Proof, out byte[] proofBytes)) return null;
        WireReader reader = new(headerBytes);
        CertifiedHeader certified = CertifiedHeader.Read(reader);
        if (!reader.Succeeded || !StateProof.TryDecode(proofBytes, out StateProof? proof)) return null;
        return new DecodedState(certified, proof!);
    }

    public static Seal? DecodeSeal(string? text)
    {
        if (!TryBase64(text, out byte[] bytes)) return null;
        WireReader reader = new(bytes);
        Seal seal = Seal.Read(reader);
        return reader.Succeeded ? seal : null;
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
internal readonly record struct LightHorizon(Instant Now, Duration AgeMax, Height HeightSeen);

/// <summary>An answer about the state, read and not yet believed.</summary>
internal sealed record DecodedState(CertifiedHeader Certified, StateProof Proof);
