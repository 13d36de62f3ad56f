using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Capacity;

// The other half of the machine: what it was drawn to look at.
public sealed partial class CapacityMachine
{
    private readonly SortedDictionary<CapacityKind, (uint Period, SortedDictionary<AccountId, CapacityReview?> Drawn)> _reviews = [];

    private void Review(LedgerState state, CapacityTerms terms, CapacityKind kind)
    {
        if (state.Records.CapacityKind(kind).Latest is not { Closing: not null } period) return;
        if (state.Records.CapacityDuty(kind, _account) is null) return;
        if (!_reviews.TryGetValue(kind, out (uint Period, SortedDictionary<AccountId, CapacityReview?> Drawn) assigned) || assigned.Period != period.Number)
        {
            assigned = (period.Number, FindAssigned(state, terms, kind, period));
            _reviews[kind] = assigned;
        }

        foreach (AccountId provider in new List<AccountId>(assigned.Drawn.Keys))
        {
            CapacityAnswerRecord? answer = state.Records.CapacityAnswer(kind, period.Number, provider);
            if (answer is null || !CapacityRules.IsWhole(kind, answer)) continue;
            CapacityReview review = assigned.Drawn[provider] ?? Begin(state, terms, kind, period.Number, answer);
            assigned.Drawn[provider] = review;
            if (review.Finding is { } finding) Say(state, terms, review, finding, answer);
            else if (review.AskAgainAt is { } at && _now >= at) Ask(review);
        }
    }

    // Three hashes for each provider of the kind, once a period.
    private SortedDictionary<AccountId, CapacityReview?> FindAssigned(LedgerState state, CapacityTerms terms, CapacityKind kind, CapacityPeriod period)
    {
        SortedDictionary<AccountId, CapacityReview?> assigned = [];
        for (uint seat = 0; seat < period.Closing!.Seats; seat++)
        {
            if (state.Records.CapacitySeat(kind, seat) is not { } record || record.Account == _account) continue;
            CapacityDuty? duty = CapacityDuty.Find(state.Records, _chain, terms, kind, period.Number, record.Account);
            if (duty is not null && VerifierSeats.Drawn(state.Records, duty).Contains(_account)) assigned.Add(record.Account, null);
        }

        return assigned;
    }

    private CapacityReview Begin(LedgerState state, CapacityTerms terms, CapacityKind kind, uint period, CapacityAnswerRecord answer)
    {
        CapacityDuty duty = CapacityDuty.Find(state.Records, _chain, terms, kind, period, answer.Account)
            ?? Invariant.Unreachable<CapacityDuty>("an answer of nobody");
        if (kind == CapacityKind.Cpu)
        {
            return new CapacityReview(duty, answer.Subject)
            {
                Commitment = ShareCommitment.Decode(answer.Claim) ?? Invariant.Unreachable<ShareCommitment>("a claim on the ledger"),
                Opening = ShareOpening.Decode(answer.Opening) ?? Invariant.Unreachable<ShareOpening>("an opening on the ledger"),
            };
        }

        SpaceProof proof = SpaceProof.Decode(answer.Claim) ?? Invariant.Unreachable<SpaceProof>("a proof on the ledger");
        return new CapacityReview(duty, answer.Subject) { Proof = proof, Positions = SpaceRules.SampleOf(duty.Challenge, proof, _secret) };
    }

    private void Ask(CapacityReview review)
    {
        review.AskAgainAt = null;
        CapacityErrand errand = new(CapacityErrandKind.Review, review.Duty.Period.Number, review.Duty.Record.Account) { Review = review };
        if (review.Proof is { } proof)
        {
            Start(errand, number => new CapacityTask.MakeRows(
                number, review.Duty.Challenge.Identity.Hash, SpaceRules.RowsOf(review.Duty.Challenge, proof, review.Positions)));
            return;
        }

        SliceDuty slice = review.Duty.Slice;
        ImmutableArray<ReadOnlyMemory<byte>> inputs = ShareRules.InputsOf(slice, review.Opening!);
        // Whoever found nothing opens nothing, and shows nothing: there is nothing to look at.
        if (inputs.IsEmpty) review.Finding = DutyFinding.Passed;
        else Start(errand, number => new CapacityTask.HashInputs(number, (byte)slice.Parameters.Kind, slice.Key, inputs));
    }

    private static void Hashed(CapacityErrand errand, ImmutableArray<Hash256> outputs)
    {
        CapacityReview review = errand.Review!;
        int? miss = ShareRules.FindMiss(review.Duty.Terms.Proofs.Cpu, outputs);
        review.Finding = miss is null ? DutyFinding.Passed : DutyFinding.Failed;
        if (miss is { } index) review.Fault = [.. new ShareFault(review.Commitment!, review.Opening!.Shares[index]).Encode()];
    }

    private static void MadeRows(CapacityErrand errand, ReadOnlyMemory<byte> rows)
    {
        CapacityReview review = errand.Review!;
        int? miss = SpaceRules.FindMiss(review.Duty.Challenge, review.Proof!, review.Positions, rows.Span);
        review.Finding = miss is null ? DutyFinding.Passed : DutyFinding.Failed;
        if (miss is { } position) review.Fault = [.. new SpaceFault(review.Proof!.Digest, (ushort)position).Encode()];
    }

    private void Say(LedgerState state, CapacityTerms terms, CapacityReview review, DutyFinding finding, CapacityAnswerRecord answer)
    {
        CapacityKind kind = review.Duty.Kind;
        uint period = review.Duty.Period.Number;
        AccountId provider = answer.Account;
        string whose = $"{kind}/{provider.Hash}";
        if (!answer.HasReportOf(_account)) Send("report/" + whose, period, () => new Message.ReportCapacity(kind, period, provider, review.Subject, finding));
        if (review.Fault.IsEmpty || answer.IsConvicted) return;
        // A mistake of this machine's shall not cost it more than half.
        Amount balance = state.Records.Account(_account).Balance;
        if (balance <= terms.AccusationDeposit) return;
        Amount half = new(balance.Units / 2);
        Amount most = half > terms.AccusationDeposit ? half : terms.AccusationDeposit;
        Send("accuse/" + whose, period, () => new Message.AccuseCapacity(kind, period, provider, review.Fault, Amount.Min(review.Stake, most)));
    }

    // Passed over: others staked more, or were first; said again at once, with more. Unfounded: this machine cannot compute what others can, and says no more.
    private void Hear(LedgerEvent happened)
    {
        switch (happened)
        {
            case LedgerEvent.AccusationPassedOver m when m.Accuser == _account && Find(m.Kind, m.Period, m.Provider) is { } review:
                review.Stake = Amount.TryMultiply(review.Stake, 2, out Amount twice) ? twice : review.Stake;
                _sent.Remove($"accuse/{m.Kind}/{m.Provider.Hash}");
                break;
            case LedgerEvent.AccusationUnfounded m when m.Accuser == _account && Find(m.Kind, m.Period, m.Provider) is { } review:
                review.Fault = [];
                _effects.Add(new CapacityEffect.Warn($"an accusation of {m.Provider} was unfounded and cost {m.Burned}: does this machine compute as others do?"));
                break;
            default:
                break;
        }
    }

    private CapacityReview? Find(CapacityKind kind, uint period, AccountId provider) =>
        _reviews.TryGetValue(kind, out (uint Period, SortedDictionary<AccountId, CapacityReview?> Drawn) assigned) && assigned.Period == period
            ? assigned.Drawn.GetValueOrDefault(provider)
            : null;
}
