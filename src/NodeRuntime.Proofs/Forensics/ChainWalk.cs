using System;
using System.Collections.Generic;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>
/// Goes up a chain block by block and checks what can be checked without signatures: hash links, heights, justifications, and that each
/// certificate finalizes the block it stands with. Stops at the end or at the first fault.
/// </summary>
internal sealed class ChainWalk(int number, ChainId chain, ValidatorSet set, IEnumerable<ChainLink> links) : IDisposable
{
    private readonly IEnumerator<ChainLink> _links = links.GetEnumerator();
    private ChainLink? _last;

    public int Number => number;

    /// <summary>The block under examination; null at the end and after a fault.</summary>
    public ChainLink? Now { get; private set; }

    public Hash256 Digest { get; private set; }

    public ForkReport? Fault { get; private set; }

    public BlockHeader? Tip => _last?.Header;

    public void Next()
    {
        if (Fault is not null) return;
        ChainLink? before = Now;
        Hash256 parent = Digest;
        Now = _links.MoveNext() ? _links.Current : null;
        if (Now is null) return;
        if (Check(before, parent, Now) is { } verdict)
        {
            Fault = new ForkReport { Verdict = verdict, Chain = number, Height = Now.Header.Height };
            Now = null;
            return;
        }

        Digest = Now.Header.Digest;
        if (Now.Finalization is { } finalization && !Finalizes(finalization, Now.Header, Digest))
        {
            Fault = new ForkReport { Verdict = ForkVerdict.NotFinal, Chain = number, Height = Now.Header.Height };
            Now = null;
            return;
        }

        _last = Now;
    }

    /// <summary>After the end: the last block is final, by a quorum's word.</summary>
    public ForkReport? CheckTip(ISignatureVerifier signatures)
    {
        if (_last is not { } last) return new ForkReport { Verdict = ForkVerdict.NoCommonHeight, Chain = number };
        if (last.Finalization is not { } finalization) return new ForkReport { Verdict = ForkVerdict.NotFinal, Chain = number, Height = last.Header.Height };
        return CertificateRules.Check(finalization, chain, set, signatures, out _) == CertificateVerdict.Accepted
            ? null
            : new ForkReport { Verdict = ForkVerdict.CertificateWrong, Chain = number, Height = last.Header.Height };
    }

    public void Dispose() => _links.Dispose();

    private ForkVerdict? Check(ChainLink? before, Hash256 parent, ChainLink link)
    {
        BlockHeader header = link.Header;
        if (header.Chain != chain || header.Epoch != set.Epoch) return ForkVerdict.WrongChain;
        if (before is null)
        {
            bool isFirst = header.Height > Height.Genesis && (header.Height != new Height(1) || header.ParentDigest == chain.Hash);
            if (!isFirst) return ForkVerdict.LinkBroken;
        }
        else if (header.Height != before.Header.Height.Next || header.ParentDigest != parent || header.View <= before.Header.View)
        {
            return ForkVerdict.LinkBroken;
        }

        return header.JustificationHash == link.Justification.Hash ? null : ForkVerdict.JustificationWrong;
    }

    private static bool Finalizes(Certificate finalization, BlockHeader header, Hash256 digest) =>
        finalization.IsFinalization && finalization.Value == digest && finalization.Slot.View == header.View;
}
