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
///
/// The epoch that is judged is the one in which the chains part: up to its beginning both have the same seals, and so the same set. What
/// either did in later epochs, with whatever validators, stands on this.
/// </summary>
public sealed class ForkExamination
{
    private readonly ChainId _chain;
    private readonly ValidatorSet _genesis;
    private readonly ISignatureVerifier _signatures;
    private readonly SortedDictionary<View, List<Certificate>> _certificates = [];
    private readonly SortedDictionary<ValidatorIndex, Evidence> _convicted = [];
    private ValidatorSet _set;
    private bool _hasForgeries;

    private ForkExamination(ChainId chain, ValidatorSet genesis, ISignatureVerifier signatures)
    {
        _chain = chain;
        _genesis = genesis;
        _set = genesis;
        _signatures = signatures;
    }

    /// <param name="genesis">The set of the first epoch; later ones are proven from it.</param>
    public static ForkReport Run(ChainId chain, ValidatorSet genesis, ISignatureVerifier signatures, ChainExtract first, ChainExtract second) =>
        new ForkExamination(chain, genesis, signatures).Examine(first, second);

    private ForkReport Examine(ChainExtract first, ChainExtract second)
    {
        using ChainWalk one = new(1, _chain, _genesis, _signatures, first);
        using ChainWalk other = new(2, _chain, _genesis, _signatures, second);
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
        int epoch = CommonSeals(one, other);
        if (epoch > 0) _set = one.Seals[epoch - 1].Next;
        View? lower = null;
        foreach (ChainWalk walk in (ReadOnlySpan<ChainWalk>)[one, other])
        {
            View decided = View.Genesis;
            // A seal that is known without its block: the chains part below what is there of them.
            if (isFork && walk.Seals.Count > epoch) Collect(walk.Seals[epoch].Certified.Finalization, ref decided);
            int links = 0;
            for (; walk.Now is { } link; walk.Next())
            {
                if (isFork && link.Header.Epoch == _set.Epoch && links++ < Limits.ForensicsLinksMax) Collect(link, ref decided);
            }

            if (walk.Fault is { } fault) return fault;
            if (walk.CheckTip() is { } tipFault) return tipFault;
            lower = lower is { } before && before < decided ? before : decided;
        }

        ForkReport report = new()
        {
            Verdict = ForkVerdict.Agree,
            Height = common,
            Epoch = _set.Epoch,
            FirstTip = one.Tip,
            SecondTip = other.Tip,
            TotalWeight = _set.TotalWeight,
            FaultyWeightMax = _set.FaultyWeightMax,
        };
        if (!hasCommon) return report with { Verdict = ForkVerdict.NoCommonHeight };
        return isFork ? Attribute(report, lower) : report;
    }

    private static int CommonSeals(ChainWalk one, ChainWalk other)
    {
        int common = 0;
        while (common < one.Seals.Count && common < other.Seals.Count
            && one.Seals[common].Certified.Header.Digest == other.Seals[common].Certified.Header.Digest) common++;
        return common;
    }

    private void Collect(ChainLink link, ref View decided)
    {
        if (link.Finalization is { } finalization) Collect(finalization, ref decided);
        if (link.Justification.Parent is { } parent) Collect(parent);
        foreach (Certificate skip in link.Justification.Skips) Collect(skip);
    }

    private void Collect(Certificate finalization, ref View decided)
    {
        if (finalization.Slot.View > decided) decided = finalization.Slot.View;
        Collect(finalization);
    }

    // Of one value in one slot the second certificate may have other signers: both are kept, and no third. What names another epoch inside a
    // justification of this one is made up.
    private void Collect(Certificate certificate)
    {
        if (certificate.Slot.Epoch != _set.Epoch)
        {
            _hasForgeries = true;
            return;
        }

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

    private ForkReport Attribute(ForkReport report, View? lower)
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
            Reason = isAttributed ? string.Empty : ReasonOf(lower),
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

    // Only the youngest skips travel with a block: where the row was longer, the view that decides may be among the others. Nor is it stored why a seal
    // was voted on again in a later view.
    private string ReasonOf(View? lower) => _hasForgeries
        ? "certificates inside the chains carry signatures that do not hold: the data was changed"
        : $"the chains hold no certificate of epoch {_set.Epoch} that contradicts the finalization of view {lower}: more views were skipped there than travel with a block, a seal was voted on again, or blocks are missing";
}
