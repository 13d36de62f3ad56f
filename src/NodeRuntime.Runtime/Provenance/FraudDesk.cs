using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Fraud;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// Claims of fraud that this peer came upon. Each is judged here by the rules that everybody has, so that nothing but a proof is ever kept or said; what is
/// proven is written down, shown to the validators, and reported to the ledger at each of its blocks until it has it or refuses it by name.
/// <code>
/// two statements -> judged -> stored -> Complaint to validators
///                                    -> ReportFraud, again with each block -> AlreadyPunished: done
///                                                                          -> any other name: said, and done
/// </code>
/// </summary>
internal sealed class FraudDesk(ProvenanceScene scene)
{
    /// <summary>Proofs that wait for the ledger.</summary>
    private const int OpenMax = 64;

    /// <summary>Seconds in which one culprit is accused but once: one conviction covers all that came before it.</summary>
    private const ulong QuietSeconds = 60;

    private readonly FraudRules _rules = new(scene.Chain, scene.Signatures);
    private readonly SortedDictionary<ulong, (Message.ReportFraud Report, bool IsStored)> _open = [];
    private readonly SortedDictionary<PeerId, Round> _accused = [];
    private ulong _next = 1;

    /// <summary>Lies that were proven here.</summary>
    public ulong Found { get; private set; }

    /// <summary>Of these, those whose culprit the ledger has punished since, whoever reported it.</summary>
    public ulong Punished { get; private set; }

    /// <summary>Those that the ledger did not take.</summary>
    public ulong Refused { get; private set; }

    public void Recover(ulong number, Message.ReportFraud report)
    {
        _next = Math.Max(_next, number + 1);
        _open[number] = (report, true);
    }

    /// <summary>Holds two statements of somebody against each other; most often they fit.</summary>
    public FraudVerdict Hold(
        FraudKind kind, in PublicKey whose, ImmutableArray<(byte[] Statement, Signature Signature)> signed, ImmutableArray<Segment> ways,
        ImmutableArray<ReadOnlyMemory<byte>> records)
    {
        ImmutableArray<ReadOnlyMemory<byte>>.Builder statements = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(signed.Length);
        ImmutableArray<ReadOnlyMemory<byte>>.Builder signatures = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(signed.Length);
        foreach ((byte[] statement, Signature signature) in signed)
        {
            statements.Add(statement);
            signatures.Add(signature.Compact.ToArray());
        }

        FraudProof proof = new(kind, whose, statements.MoveToImmutable(), signatures.MoveToImmutable(), ways, records);
        FraudVerdict verdict = _rules.Judge(proof);
        if (verdict != FraudVerdict.Proven) return verdict;
        byte[] bytes = proof.Encode();
        PublicKey? harmed = proof.Harmed is { } peer ? scene.KeyOf(peer) : null;
        if (bytes.Length > Limits.FraudReportBytesMax)
        {
            scene.Effects.Add(new ProvenanceEffect.Warn($"{whose.ToPeerId()} has lied ({kind}), and the proof of {bytes.Length} bytes does not fit into a transaction"));
        }
        else if (Keep(proof, new Message.ReportFraud([.. bytes], harmed)))
        {
            Complain(proof.Culprit.ToPeerId());
        }

        return verdict;
    }

    /// <summary>Somebody says that it has a proof. It is believed for what it is.</summary>
    public void Heard(ProvenanceMessage.Complaint complaint)
    {
        if (FraudProof.TryDecode(complaint.Report.Proof.AsMemory()) is not { } proof || IsQuiet(proof.Culprit.ToPeerId())) return;
        // One with a wrong name on it would be refused, and keep a right one out.
        if (complaint.Report.Harmed is { } harmed && proof.Harmed != harmed.ToPeerId()) return;
        if (_rules.Judge(proof) == FraudVerdict.Proven) Keep(proof, complaint.Report);
    }

    public void Stored(ulong number)
    {
        if (_open.TryGetValue(number, out (Message.ReportFraud Report, bool IsStored) kept)) _open[number] = kept with { IsStored = true };
    }

    /// <summary>What is not on the ledger yet is said again with each of its blocks.</summary>
    public void Advanced(LedgerState state)
    {
        int before = _open.Count;
        foreach (ulong number in new List<ulong>(_open.Keys))
        {
            (Message.ReportFraud report, bool isStored) = _open[number];
            if (!isStored) continue;
            FraudReportVerdict verdict = FraudReportRules.Check(state, report);
            if (verdict is FraudReportVerdict.Accepted or FraudReportVerdict.NotYet)
            {
                scene.Effects.Add(new ProvenanceEffect.ReportFraud(report));
                continue;
            }

            _open.Remove(number);
            if (verdict == FraudReportVerdict.AlreadyPunished)
            {
                Punished++;
                continue;
            }

            Refused++;
            scene.Effects.Add(new ProvenanceEffect.Warn($"the ledger does not punish a lie that was proven: {verdict}"));
        }

        if (_open.Count < before) scene.Effects.Add(new ProvenanceEffect.ForgetFrauds(_open.Count == 0 ? _next : _open.Keys.First()));
    }

    private bool Keep(FraudProof proof, Message.ReportFraud report)
    {
        PeerId culprit = proof.Culprit.ToPeerId();
        if (IsQuiet(culprit)) return false;
        foreach (PeerId old in new List<PeerId>(_accused.Keys))
        {
            if (!IsQuiet(old)) _accused.Remove(old);
        }

        _accused[culprit] = scene.Current;
        Found++;
        if (culprit == scene.Self)
        {
            scene.Effects.Add(new ProvenanceEffect.Warn(
                $"this peer has contradicted itself ({proof.Kind}): does another run with its key, or did its disk go back to an old copy?"));
            return false;
        }

        scene.Effects.Add(new ProvenanceEffect.Warn($"{culprit} has lied about {proof.LatestRound}: {proof.Kind} is proven"));
        if (_open.Count >= OpenMax) return false;
        ulong number = _next++;
        _open.Add(number, (report, false));
        scene.Effects.Add(new ProvenanceEffect.StoreFraud(number, report));
        return true;
    }

    private void Complain(PeerId culprit)
    {
        ProvenanceMessage.Complaint complaint = new(_open[_next - 1].Report);
        foreach (PeerId validator in scene.Epochs.At(scene.Current).Parents)
        {
            if (validator != culprit && validator != scene.Self && scene.IsReachable(validator)) scene.Send(validator, complaint);
        }
    }

    private bool IsQuiet(PeerId culprit) => _accused.TryGetValue(culprit, out Round last) && last.Second + QuietSeconds > scene.Current.Second;
}
