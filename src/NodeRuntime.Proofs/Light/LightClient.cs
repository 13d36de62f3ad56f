using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Light;

/// <summary>
/// What somebody who trusts a genesis hash knows of its chain without a single block: the sets, one seal after the other, and the
/// newest headers that it has verified. It follows the finalized chain only; once two verified headers exclude each other it has a
/// <see cref="Fork"/> and believes nothing more.
/// </summary>
public sealed class LightClient
{
    /// <summary>Verified headers that are remembered to be compared with what others show.</summary>
    public const int HeadersMax = 64;

    private readonly ChainId _chain;
    private readonly ISignatureVerifier _signatures;
    private readonly List<ValidatorSet> _sets = [];
    private readonly List<Seal> _seals = [];
    private readonly SortedDictionary<Height, CertifiedHeader> _headers = [];

    public LightClient(ChainId chain, ValidatorSet genesis, ISignatureVerifier signatures)
    {
        Invariant.Holds(genesis.Epoch.Number == 0);
        _chain = chain;
        _signatures = signatures;
        _sets.Add(genesis);
    }

    /// <summary>The newest set that is proven.</summary>
    public ValidatorSet Validators => _sets[^1];

    public Epoch Epoch => Validators.Epoch;

    /// <summary>From genesis to the newest epoch.</summary>
    public SetProof Sets => new([.. _seals]);

    /// <summary>Null while nothing contradicts. Never taken back.</summary>
    public ForkProof? Fork { get; private set; }

    /// <summary>
    /// Takes the seal of the newest epoch. One of an epoch that is over is compared with the one that is known: it may be another
    /// gateway's, and then it must be the same.
    /// </summary>
    public SealVerdict Follow(Seal seal)
    {
        uint epoch = seal.Certified.Header.Epoch.Number;
        if (epoch < _seals.Count && seal.Certified.Header.Digest == _seals[(int)epoch].Certified.Header.Digest) return SealVerdict.Accepted;
        ValidatorSet under = epoch < _sets.Count ? _sets[(int)epoch] : Validators;
        SealVerdict verdict = SealRules.Check(seal, _chain, under, _signatures);
        if (verdict != SealVerdict.Accepted) return verdict;
        Remember(seal.Certified);
        if (Fork is not null || epoch < _seals.Count) return SealVerdict.Accepted;
        _seals.Add(seal);
        _sets.Add(seal.Next);
        return SealVerdict.Accepted;
    }

    /// <summary>Whether the set of the header's epoch finalized it. Of an epoch whose set is not proven yet it is foreign.</summary>
    public CertifiedHeaderVerdict Check(CertifiedHeader certified)
    {
        if (_headers.TryGetValue(certified.Header.Height, out CertifiedHeader? known) && IsSame(known, certified)) return CertifiedHeaderVerdict.Accepted;
        uint epoch = certified.Header.Epoch.Number;
        ValidatorSet set = epoch < _sets.Count ? _sets[(int)epoch] : Validators;
        CertifiedHeaderVerdict verdict = CertifiedHeaderRules.Check(certified, _chain, set, _signatures);
        if (verdict == CertifiedHeaderVerdict.Accepted) Remember(certified);
        return verdict;
    }

    // With its certificate: a forged one under a header that is known is still a forgery.
    private static bool IsSame(CertifiedHeader one, CertifiedHeader other) =>
        one.Finalization.Slot == other.Finalization.Slot && one.Finalization.Value == other.Finalization.Value
        && one.Finalization.Signers.AsSpan().SequenceEqual(other.Finalization.Signers.AsSpan()) && one.Header.Digest == other.Header.Digest;

    private void Remember(CertifiedHeader certified)
    {
        foreach (CertifiedHeader known in _headers.Values) Compare(known, certified);
        foreach (Seal seal in _seals) Compare(seal.Certified, certified);
        if (Fork is not null) return;
        _headers[certified.Header.Height] = certified;
        while (_headers.Count > HeadersMax) _headers.Remove(Lowest());
    }

    private void Compare(CertifiedHeader known, CertifiedHeader certified)
    {
        if (Fork is null && ForkProof.Contradict(known, certified)) Fork = new ForkProof(Sets, known, certified);
    }

    private Height Lowest()
    {
        foreach (Height height in _headers.Keys) return height;
        return Invariant.Unreachable<Height>("nothing to forget");
    }
}
