using System.Collections.Generic;
using NodeRuntime.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>The audit's part about capacity: totals, seats, lines and what is owed are those of the records.</summary>
internal sealed class CapacityAudit
{
    private readonly SortedDictionary<StateKey, CapacityKindRecord> _kinds = [];
    private readonly SortedSet<AccountId> _providers = [];
    private readonly SortedDictionary<StateKey, CapacityDutyRecord> _duties = [];
    private readonly List<(StateKey Key, CapacityAnswerRecord Record)> _answers = [];
    private readonly SortedDictionary<StateKey, AccountId> _seats = [];

    public bool Take(StateKey key, WireReader reader)
    {
        switch (key.Family)
        {
            case StateFamily.CapacityKind:
                _kinds.Add(key, CapacityKindRecord.Read(reader));
                return true;
            case StateFamily.CapacityProvider:
                CapacityProviderRecord provider = CapacityProviderRecord.Read(reader);
                AccountId account = new(key.Id);
                _providers.Add(account);
                return !reader.Failed && NodeRuntime.Crypto.KeyPolicy.Single(provider.NodeKey).ToAccountId() == account;
            case StateFamily.CapacityDuty:
                _duties.Add(key, CapacityDutyRecord.Read(reader));
                return true;
            case StateFamily.CapacityAnswer:
                _answers.Add((key, CapacityAnswerRecord.Read(reader)));
                return true;
            default:
                Invariant.Holds(key.Family == StateFamily.CapacitySeat);
                _seats.Add(key, CapacitySeatRecord.Read(reader).Account);
                return true;
        }
    }

    /// <summary>Whether all agrees; adds the lines that the calendar must hold for it.</summary>
    public bool Agrees(CapacityTerms? terms, SortedSet<StateKey> lines)
    {
        if (terms is null) return _kinds.Count + _providers.Count + _duties.Count + _answers.Count + _seats.Count == 0;
        SortedSet<StateKey> known = [];
        int seats = 0;
        foreach (CapacityKind kind in Kinds.CapacityKinds.All)
        {
            if (!_kinds.TryGetValue(StateKeys.CapacityKind(kind), out CapacityKindRecord? record)) return false;
            if (!KindAgrees(terms, kind, record, known, lines)) return false;
            seats += (int)record.Seats;
        }

        return _kinds.Count == Kinds.CapacityKinds.All.Length && known.SetEquals(_duties.Keys) && seats == _seats.Count && AnswersAgree();
    }

    private bool KindAgrees(CapacityTerms terms, CapacityKind kind, CapacityKindRecord record, SortedSet<StateKey> known, SortedSet<StateKey> lines)
    {
        CapacitySchedule schedule = CapacitySchedule.Of(terms, kind);
        ulong units = 0;
        uint count = 0;
        SortedDictionary<uint, ulong> owed = [];
        foreach ((StateKey key, CapacityDutyRecord duty) in _duties)
        {
            if (key != StateKeys.CapacityDuty(kind, duty.Account)) continue;
            if (!_providers.Contains(duty.Account)) return false;
            if (!_seats.TryGetValue(StateKeys.CapacitySeat(kind, duty.Seat), out AccountId seated) || seated != duty.Account) return false;
            if (duty.JudgedAt != schedule.JudgedAt(duty.Judged, duty.Account) || duty.Seat >= record.Seats) return false;
            known.Add(key);
            lines.Add(StateKeys.Deadline(duty.JudgedAt, DeadlineKind.Capacity, key.Id));
            units += duty.UnitsBacked;
            count++;
            owed[duty.OwedPeriod] = owed.GetValueOrDefault(duty.OwedPeriod) + duty.OwedUnits;
        }

        if (units != record.Units || count != record.Seats) return false;
        foreach (CapacityPeriod period in record.Periods)
        {
            if (owed.GetValueOrDefault(period.Number) > period.Proven) return false;
            if (period.Minted > RewardSchedule.PoolOf(terms, schedule, record.First, period.Number)) return false;
        }

        return true;
    }

    private bool AnswersAgree()
    {
        foreach ((StateKey key, CapacityAnswerRecord answer) in _answers)
        {
            CapacityKind kind = (CapacityKind)key.Id.AsSpan()[0];
            uint period = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(key.Id.AsSpan()[1..]);
            if (key != StateKeys.CapacityAnswer(kind, period, answer.Account)) return false;
            // One that was judged is gone.
            if (!_duties.TryGetValue(StateKeys.CapacityDuty(kind, answer.Account), out CapacityDutyRecord? duty) || period < duty.Judged) return false;
        }

        return true;
    }
}
