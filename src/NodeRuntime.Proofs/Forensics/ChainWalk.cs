using System;
using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>
/// Goes up a chain block by block and checks hash links, heights, justifications, and that each certificate finalizes the block it stands
/// with. Signatures are checked where something follows from them alone: under each seal, since it says who votes above it, and under the
/// last block. Stops at the end or at the first fault.
/// </summary>
internal sealed class ChainWalk(int number, ChainId chain, ValidatorSet genesis, ISignatureVerifier signatures, ChainExtract extract) : IDisposable
{
    private readonly IEnumerator<ChainLink> _links = extract.Links.GetEnumerator();
    private readonly List<Seal> _seals = [];
    private ChainLink? _last;
    private ValidatorSet _set = genesis;
    private ValidatorSet _setOfLast = genesis;

    public int Number => number;

    /// <summary>The block under examination; null at the end and after a fault.</summary>
    public ChainLink? Now { get; private set; }

    public Hash256 Digest { get; private set; }

    public ForkReport? Fault { get; private set; }

    public BlockHeader? Tip => _last?.Header;

    /// <summary>Each that ended an epoch below or at the block under examination, oldest first, its signatures checked.</summary>
    public IReadOnlyList<Seal> Seals => _seals;

    public void Next()
    {
        if (Fault is not null) return;
        ChainLink? before = Now;
        Hash256 parent = Digest;
        Now = _links.MoveNext() ? _links.Current : null;
        if (Now is not { } link) return;
        ForkVerdict? verdict = _last is null ? Follow(link.Header.Epoch) : null;
        verdict ??= Check(before, parent, link);
        _setOfLast = _set;
        if (verdict is null)
        {
            Digest = link.Header.Digest;
            verdict = CheckFinality(link);
        }

        if (verdict is { } fault)
        {
            Fault = new ForkReport { Verdict = fault, Chain = number, Height = link.Header.Height };
            Now = null;
            return;
        }

        _last = link;
    }

    /// <summary>After the end: the last block is final, by a quorum's word.</summary>
    public ForkReport? CheckTip()
    {
        if (_last is not { } last) return new ForkReport { Verdict = ForkVerdict.NoCommonHeight, Chain = number };
        if (last.Finalization is not { } finalization) return new ForkReport { Verdict = ForkVerdict.NotFinal, Chain = number, Height = last.Header.Height };
        return CertificateRules.Check(finalization, chain, _setOfLast, signatures, out _) == CertificateVerdict.Accepted
            ? null
            : new ForkReport { Verdict = ForkVerdict.CertificateWrong, Chain = number, Height = last.Header.Height };
    }

    public void Dispose() => _links.Dispose();

    // To the set that votes where the links begin.
    private ForkVerdict? Follow(Epoch epoch)
    {
        foreach (Seal seal in extract.Seals)
        {
            if (_set.Epoch == epoch) break;
            if (!Take(seal)) return ForkVerdict.SealWrong;
        }

        return _set.Epoch == epoch ? null : ForkVerdict.SealMissing;
    }

    private bool Take(Seal seal)
    {
        if (SealRules.Check(seal, chain, _set, signatures) != SealVerdict.Accepted) return false;
        _seals.Add(seal);
        _set = seal.Next;
        return true;
    }

    private ForkVerdict? Check(ChainLink? before, Hash256 parent, ChainLink link)
    {
        BlockHeader header = link.Header;
        if (header.Chain != chain) return ForkVerdict.WrongChain;
        // A seal below has turned the set already.
        if (header.Epoch != _set.Epoch) return ForkVerdict.SealMissing;
        if (!(before is null ? IsFirst(header) : IsChild(header, before.Header, parent))) return ForkVerdict.LinkBroken;
        return header.JustificationHash == link.Justification.Hash ? null : ForkVerdict.JustificationWrong;
    }

    private bool IsFirst(BlockHeader header)
    {
        if (header.Height == Height.Genesis) return false;
        BlockHeader? seal = _seals.Count > 0 ? _seals[^1].Certified.Header : null;
        Height floor = seal?.Height ?? Height.Genesis;
        if (header.Height <= floor) return false;
        return header.Height != floor.Next || header.ParentDigest == (seal?.Digest ?? chain.Hash);
    }

    // Views begin anew behind a seal.
    private static bool IsChild(BlockHeader header, BlockHeader before, Hash256 parent) =>
        header.Height == before.Height.Next && header.ParentDigest == parent && (before.IsSeal || header.View > before.View);

    private ForkVerdict? CheckFinality(ChainLink link)
    {
        if (link.Finalization is { } finalization && !new CertifiedHeader(link.Header, finalization).IsOfHeader) return ForkVerdict.NotFinal;
        if (!link.Header.IsSeal) return link.Justification.Succession is null ? null : ForkVerdict.SealWrong;
        if (link.Finalization is not { } own) return ForkVerdict.NotFinal;
        bool isSealed = link.Justification.Succession is { } succession && Take(new Seal(new CertifiedHeader(link.Header, own), succession.Next));
        return isSealed ? null : ForkVerdict.SealWrong;
    }
}
