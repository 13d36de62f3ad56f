using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>
/// Who forked a chain, from chain data alone. Let F(v,d) finalize the lower of two contradicting tips. The other chain goes on
/// beyond v without d, and each of its blocks carries why it may: so among its justifications stands, for view v, either
/// a nullification Z(v), or a notarization or finalization of another block. Two quorums of one view share more weight than F, and
/// every voter in both signed two contradicting things:
/// <code>
///           ┌─ … ─ d   F(v,d)                      signers of F(v,d) who signed Z(v): one finalize slot, two values
/// common ───┤                                      signers of F(v,d) who signed N(v,d'): rule C broken
///           └─ … ────── b, Just(b) holds Z(v) or N(v,d') ─ … ─ tip
/// </code>
/// Nobody else can be named: what convicts is two signatures, and an honest key makes no such two. So all certificates above the
/// fork are laid side by side, view by view; which of them belong together need not be known.
/// </summary>
public sealed class ForkExamination
{
    private readonly ChainId _chain;
    private readonly ValidatorSet _set;
    private readonly ISignatureVerifier _signatures;
    private readonly SortedDictionary<View, List<Certificate>> _certificates = [];
    private readonly SortedDictionary<ValidatorIndex, Evidence> _convicted = [];
    private bool _hasForgeries;

    private ForkExamination(ChainId chain, ValidatorSet set, ISignatureVerifier signatures)
    {
        _chain = chain;
        _set = set;
        _signatures = signatures;
    }

    /// <summary>Each chain lowest block first, without gaps; they may begin above genesis. Read once, and no further than needed.</summary>
    public static ForkReport Run(
        ChainId chain, ValidatorSet set, ISignatureVerifier signatures, IEnumerable<ChainLink> first, IEnumerable<ChainLink> second) =>
        new ForkExamination(chain, set, signatures).Examine(first, second);

    private ForkReport Examine(IEnumerable<ChainLink> first, IEnumerable<ChainLink> second)
    {
        using ChainWalk one = new(1, _chain, _set, first);
        using ChainWalk other = new(2, _chain, _set, second);
        one.Next();
        other.Next();
        // To the lowest height that both have.
        while (one.Now is { } low && other.Now is { } high && low.Header.Height != high.Header.Height)
        {
            if (low.Header.Height < high.Header.Height) one.Next();
            else other.Next();
        }

        bool hasCommon = one.Now is not null && other.Now is not null;
        Height common = Height.Genesis;
        while (one.Now is { } shared && other.Now is not null && one.Digest == other.Digest)
        {
            common = shared.Header.Height;
            one.Next();
            other.Next();
        }

        bool isFork = one.Now is not null && other.Now is not null;
        foreach (ChainWalk walk in (ReadOnlySpan<ChainWalk>)[one, other])
        {
            int links = 0;
            for (; walk.Now is { } link; walk.Next())
            {
                if (isFork && links++ < Limits.ForensicsLinksMax) Collect(link);
            }

            if (walk.Fault is { } fault) return fault;
            if (walk.CheckTip(_signatures) is { } tipFault) return tipFault;
        }

        ForkReport report = new()
        {
            Verdict = ForkVerdict.Agree,
            Height = common,
            FirstTip = one.Tip,
            SecondTip = other.Tip,
            TotalWeight = _set.TotalWeight,
            FaultyWeightMax = _set.FaultyWeightMax,
        };
        if (!hasCommon) return report with { Verdict = ForkVerdict.NoCommonHeight };
        return isFork ? Attribute(report) : report;
    }

    private void Collect(ChainLink link)
    {
        if (link.Finalization is { } finalization) Collect(finalization);
        if (link.Justification.Parent is { } parent) Collect(parent);
        foreach (Certificate skip in link.Justification.Skips) Collect(skip);
    }

    // Of one value in one slot the second certificate may have other signers: both are kept, and no third.
    private void Collect(Certificate certificate)
    {
        if (!_certificates.TryGetValue(certificate.Slot.View, out List<Certificate>? held))
        {
            held = [];
            _certificates.Add(certificate.Slot.View, held);
        }

        int equal = 0;
        foreach (Certificate other in held)
        {
            if (other.Slot == certificate.Slot && other.Value == certificate.Value) equal++;
        }

        if (equal < 2) held.Add(certificate);
    }

    private ForkReport Attribute(ForkReport report)
    {
        foreach (List<Certificate> view in _certificates.Values)
        {
            for (int i = 0; i < view.Count; i++)
            {
                for (int j = 0; j < i; j++) Confront(view[j], view[i]);
            }
        }

        ImmutableArray<Culprit>.Builder culprits = ImmutableArray.CreateBuilder<Culprit>(_convicted.Count);
        ulong weight = 0;
        foreach ((ValidatorIndex voter, Evidence evidence) in _convicted)
        {
            ValidatorMember member = _set[voter];
            culprits.Add(new Culprit(voter, member.Key, member.Weight, evidence));
            weight += member.Weight;
        }

        bool isAttributed = weight > _set.FaultyWeightMax;
        return report with
        {
            Verdict = isAttributed ? ForkVerdict.Attributed : ForkVerdict.NotAttributed,
            Culprits = culprits.MoveToImmutable(),
            Weight = weight,
            Reason = isAttributed ? string.Empty : ReasonOf(report),
        };
    }

    private void Confront(Certificate one, Certificate other)
    {
        if (one.Slot == other.Slot && one.Value == other.Value) return;
        int at = 0;
        foreach (CertificateSigner signer in one.Signers)
        {
            while (at < other.Signers.Length && other.Signers[at].Index.CompareTo(signer.Index) < 0) at++;
            if (at == other.Signers.Length) return;
            if (other.Signers[at].Index != signer.Index || _convicted.ContainsKey(signer.Index)) continue;
            Vote first = new(one.Slot, one.Value, signer.Index, signer.Signature);
            Vote second = new(other.Slot, other.Value, signer.Index, other.Signers[at].Signature);
            if (Evidence.Of(_chain, first, second) is not { } evidence) continue;
            // A certificate that nobody verified may be made up: it convicts nobody.
            if (EvidenceRules.Check(evidence, _chain, _set, _signatures, out _) == EvidenceVerdict.Accepted) _convicted.Add(signer.Index, evidence);
            else _hasForgeries = true;
        }
    }

    private string ReasonOf(ForkReport report)
    {
        if (_hasForgeries) return "certificates inside the chains carry signatures that do not hold: the data was changed";
        // Only the youngest skips travel with a block: where the row was longer, the view that decides may be among the others.
        View lower = report.FirstTip!.View < report.SecondTip!.View ? report.FirstTip.View : report.SecondTip.View;
        return $"the chains hold no certificate that contradicts the finalization of view {lower}: more views were skipped there than travel with a block";
    }
}
