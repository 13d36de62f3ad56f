using System;
using System.Collections.Generic;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// Adds up everything from the records themselves and compares: what the running totals, the counters and the calendar
/// claim at every block is true. One pass over the whole state: for snapshots and tests.
/// </summary>
public sealed class LedgerAudit
{
    private readonly SortedDictionary<AccountId, uint> _openOrders = [];
    private readonly SortedDictionary<AccountId, uint> _openLeases = [];
    private readonly SortedSet<StateKey> _expectedLines = [];
    private readonly SortedSet<StateKey> _lines = [];
    private readonly SortedSet<StateKey> _unbondingLines = [];
    private readonly SortedSet<Hash256> _toForget = [];
    private readonly SortedSet<Hash256> _over = [];
    private readonly SortedDictionary<AccountId, AccountRecord> _accounts = [];
    private readonly SortedDictionary<AccountId, BondRecord> _bonds = [];
    private readonly List<(StateKey Key, LeaseRecord Lease)> _leases = [];
    private readonly SortedDictionary<StateKey, AccountId> _validatorKeys = [];
    private readonly SortedDictionary<StateKey, AccountId> _claimedKeys = [];
    private readonly SortedSet<StateKey> _boundKeys = [];
    private readonly List<(StateKey Key, RevealRecord Record)> _reveals = [];
    private readonly CapacityAudit _capacity = new();
    private readonly List<PublicationRecord> _publications = [];
    private PublicationRecord? _lastPublication;
    private EventCalendarRecord? _eventCalendar;
    private BeaconRecord? _beacon;
    private EpochRecord? _epoch;
    private EpochRecord? _due;
    private Amount _balances;
    private Amount _bonded;
    private Amount _escrows;
    private SupplyRecord? _supply;
    private ChainParameters? _parameters;
    private ClockRecord? _clock;
    private bool _escrowMisplaced;

    private LedgerAudit()
    {
    }

    public static AuditVerdict Run(LedgerState state) => Run(state.Tree);

    public static AuditVerdict Run(StateTree tree)
    {
        LedgerAudit audit = new();
        foreach (StateEntry entry in tree.All())
        {
            if (!audit.Take(entry)) return AuditVerdict.RecordMalformed;
        }

        return audit.Judge();
    }

    private AuditVerdict Judge()
    {
        if (_supply is null || _parameters is null || _clock is null || _epoch is null || _beacon is null || _eventCalendar is null) return AuditVerdict.RecordMissing;
        SupplyRecord summed = _supply with { Balances = _balances, Bonds = _bonded, Escrows = _escrows };
        if (summed != _supply) return AuditVerdict.TotalsDiffer;
        if (_supply.Minted < _supply.Burned || !_supply.IsConserved) return AuditVerdict.NotConserved;
        if (_escrowMisplaced) return AuditVerdict.EscrowMisplaced;
        CountLeases(_parameters);
        if (!CountsAgree(_openOrders, _accounts, static account => account.OpenOrders)) return AuditVerdict.OpenOrdersDiffer;
        if (!CountsAgree(_openLeases, _bonds, static bond => bond.OpenLeases)) return AuditVerdict.OpenLeasesDiffer;
        if (!ValidatorsAgree(_epoch, _clock)) return AuditVerdict.ValidatorsDiffer;
        if (!RevealsAgree(_parameters.Beacon)) return AuditVerdict.RevealsDiffer;
        if (!_capacity.Agrees(_parameters.Capacity, _expectedLines)) return AuditVerdict.CapacityDiffers;
        if (!PublicationsAgree(_clock)) return AuditVerdict.PublicationsDiffer;
        if (!EventCalendarAgrees(_eventCalendar, _epoch, _clock)) return AuditVerdict.EventCalendarDiffers;
        return CalendarAgrees(_clock) ? AuditVerdict.Sound : AuditVerdict.CalendarDiffers;
    }

    private bool Take(StateEntry entry)
    {
        WireReader reader = new(entry.Value);
        bool known = TakeRecord(entry.Key, reader);
        return known && reader.Succeeded;
    }

    private bool TakeRecord(StateKey key, WireReader reader)
    {
        switch (key.Family)
        {
            case StateFamily.Supply:
                _supply = SupplyRecord.Read(reader);
                return key == StateKeys.Supply;
            case StateFamily.Parameters when key == StateKeys.Parameters:
                _parameters = ChainParameters.Read(reader);
                return true;
            case StateFamily.Parameters:
                _clock = ClockRecord.Read(reader);
                return key == StateKeys.Clock;
            case StateFamily.Account:
                AccountRecord account = AccountRecord.Read(reader);
                _accounts.Add(new AccountId(key.Id), account);
                return Amount.TryAdd(_balances, account.Balance, out _balances);
            case StateFamily.Bond:
                BondRecord bond = BondRecord.Read(reader);
                _bonds.Add(new AccountId(key.Id), bond);
                return Amount.TryAdd(_bonded, bond.Bonded, out _bonded) && Amount.TryAdd(_bonded, bond.Unbonding, out _bonded);
            case StateFamily.Validator:
                ValidatorRecord validator = ValidatorRecord.Read(reader);
                return _validatorKeys.TryAdd(StateKeys.ValidatorKey(validator.Key), new AccountId(key.Id));
            case StateFamily.ValidatorKey:
                return TakeKey(key, ValidatorKeyRecord.Read(reader), reader);
            case StateFamily.Epoch:
                EpochRecord epoch = EpochRecord.Read(reader);
                if (key == StateKeys.Epoch) _epoch = epoch;
                else _due = epoch;
                return key == StateKeys.Epoch || key == StateKeys.EpochDue;
            case StateFamily.Reveal:
                _reveals.Add((key, RevealRecord.Read(reader)));
                return true;
            case StateFamily.Beacon:
                _beacon = BeaconRecord.Read(reader);
                return key == StateKeys.Beacon;
            case StateFamily.CapacityKind or StateFamily.CapacityProvider or StateFamily.CapacityDuty or StateFamily.CapacityAnswer
                or StateFamily.CapacitySeat:
                return _capacity.Take(key, reader);
            case StateFamily.Order:
                return TakeOrder(key, OrderRecord.Read(reader), reader);
            case StateFamily.Bid:
                _ = BidRecord.Read(reader);
                return true;
            case StateFamily.Lease:
                _leases.Add((key, LeaseRecord.Read(reader)));
                return true;
            case StateFamily.OpenOrder:
                _lines.Add(key);
                _ = OpenOrderRecord.Read(reader);
                return true;
            case StateFamily.Fraud:
                FraudRecord fraud = FraudRecord.Read(reader);
                return !reader.Failed && key == StateKeys.Fraud(fraud.Key);
            case StateFamily.Publication:
                PublicationRecord publication = PublicationRecord.Read(reader);
                if (key == StateKeys.LastPublication) _lastPublication = publication;
                else _publications.Add(publication);
                return !reader.Failed && (key == StateKeys.LastPublication || key == StateKeys.Publication(publication.Day));
            case StateFamily.EventCalendar:
                _eventCalendar = EventCalendarRecord.Read(reader);
                return !reader.Failed && key == StateKeys.EventCalendar;
            case StateFamily.Jail:
                JailRecord jail = JailRecord.Read(reader);
                return !reader.Failed && key == StateKeys.Jail(jail.Key);
            case StateFamily.Deadline:
                DeadlineRecord line = DeadlineRecord.Read(reader);
                TakeLine(key, line);
                return true;
            default:
                return false;
        }
    }

    private void TakeLine(StateKey key, DeadlineRecord line)
    {
        if (line.Kind == DeadlineKind.Forget) _toForget.Add(line.Subject);
        else if (line.Kind == DeadlineKind.Unbonding) _unbondingLines.Add(key);
        else _lines.Add(key);
    }

    private bool TakeKey(StateKey key, ValidatorKeyRecord record, WireReader reader)
    {
        if (reader.Failed || key != StateKeys.ValidatorKey(record.Key)) return false;
        _claimedKeys.Add(key, record.Account);
        if (record.BoundUntil is not { } until) return true;
        _boundKeys.Add(key);
        _expectedLines.Add(StateKeys.Deadline(until, DeadlineKind.ValidatorKey, key.Id));
        return true;
    }

    private bool TakeOrder(StateKey key, OrderRecord order, WireReader reader)
    {
        if (reader.Failed) return false;
        bool isLive = order.State is OrderState.Open or OrderState.Leased;
        if (isLive) _openOrders[order.Owner] = _openOrders.GetValueOrDefault(order.Owner) + 1;
        if (!isLive) _over.Add(key.Id);
        _escrowMisplaced |= isLive == (order.Escrow == Amount.Zero);
        if (order.State == OrderState.Open)
        {
            _expectedLines.Add(StateKeys.Deadline(order.AuctionEndsAt, DeadlineKind.Auction, key.Id));
            _expectedLines.Add(StateKeys.OpenOrder(order.AcceptedAt, new OrderId(key.Id)));
        }

        return Amount.TryAdd(_escrows, order.Escrow, out _escrows);
    }

    private void CountLeases(ChainParameters parameters)
    {
        foreach ((StateKey key, LeaseRecord lease) in _leases)
        {
            StateKey? line = lease.State switch
            {
                LeaseState.Opened => StateKeys.Deadline(lease.ReadyBy, DeadlineKind.Ready, key.Id),
                LeaseState.Ready => StateKeys.Deadline(lease.ResultBy, DeadlineKind.Result, key.Id),
                LeaseState.ResultReported =>
                    StateKeys.Deadline(lease.ResultAt + parameters.AcknowledgeWindow, DeadlineKind.Acknowledge, key.Id),
                LeaseState.Settled or LeaseState.NotReady or LeaseState.ResultMissed or LeaseState.Closed => null,
            };
            if (line is not { } expected) continue;
            _expectedLines.Add(expected);
            _openLeases[lease.Provider] = _openLeases.GetValueOrDefault(lease.Provider) + 1;
        }
    }

    // Every validator's key leads to it, every key that votes or is to vote leads to somebody, and of all others only those that are bound; the set
    // that is due is the next epoch's.
    private bool ValidatorsAgree(EpochRecord epoch, ClockRecord clock)
    {
        if (epoch.Since > clock.Height) return false;
        SortedSet<StateKey> members = [];
        foreach (ValidatorSet set in (ReadOnlySpan<ValidatorSet>)[epoch.Validators, _due?.Validators ?? epoch.Validators])
        {
            foreach (ValidatorMember member in set.Members) members.Add(StateKeys.ValidatorKey(member.Key));
        }

        foreach (StateKey member in members)
        {
            if (!_claimedKeys.ContainsKey(member)) return false;
        }

        foreach ((StateKey key, AccountId account) in _validatorKeys)
        {
            if (!_claimedKeys.TryGetValue(key, out AccountId claimed) || claimed != account) return false;
        }

        foreach (StateKey key in _claimedKeys.Keys)
        {
            if (!_validatorKeys.ContainsKey(key) && !members.Contains(key) && !_boundKeys.Contains(key)) return false;
        }

        return _due is not { } due || (due.Validators.Epoch.Number == epoch.Validators.Epoch.Number + 1UL && due.Since <= clock.Height);
    }

    // Each that was not used is of a key that is somebody's, and no key has shown and let pass more than there is.
    private bool RevealsAgree(BeaconParameters parameters)
    {
        foreach ((StateKey key, RevealRecord record) in _reveals)
        {
            if (record.IsUnused && !_claimedKeys.ContainsKey(new StateKey(StateFamily.ValidatorKey, key.Id))) return false;
            if ((ulong)record.Used + record.Missed > parameters.RevealsMax) return false;
            if (record.Used == 0 && record.Tip != record.Anchor) return false;
        }

        return true;
    }

    // In the order of their days, as the tree has them: each holds the one before, and the newest stands there twice.
    private bool PublicationsAgree(ClockRecord clock)
    {
        PublicationRecord? before = null;
        foreach (PublicationRecord it in _publications)
        {
            if (it.Height > clock.Height) return false;
            if (before is not null && (it.Size <= before.Size || it.Second <= before.Second || it.Height <= before.Height)) return false;
            before = it;
        }

        return _lastPublication == before;
    }

    // No second is entered before it is over, and the last plan is of the set in force.
    private static bool EventCalendarAgrees(EventCalendarRecord record, EpochRecord epoch, ClockRecord clock)
    {
        EventCalendarPlan last = record.Plans[^1];
        return record.NextSecond <= EpochPlans.RoundOf(clock.Time).Second
            && last.Epoch == epoch.Validators.Epoch && last.Slots == epoch.Validators.Count;
    }

    private static bool CountsAgree<T>(
        SortedDictionary<AccountId, uint> counted, SortedDictionary<AccountId, T> records, Func<T, uint> claimed)
    {
        foreach ((AccountId account, T record) in records)
        {
            if (claimed(record) != counted.GetValueOrDefault(account)) return false;
            counted.Remove(account);
        }

        return counted.Count == 0;
    }

    /// <summary>
    /// Every line that is needed is there, and none is there for nothing. Only an unbonding's line may outlive its need:
    /// a penalty can take what was asked back, and a bond that is due while a lease is open waits for that lease instead.
    /// </summary>
    private bool CalendarAgrees(ClockRecord clock)
    {
        foreach ((AccountId provider, BondRecord bond) in _bonds)
        {
            if (bond.Unbonding == Amount.Zero || bond.FreeAt <= clock.Time) continue;
            if (!_unbondingLines.Contains(StateKeys.Deadline(bond.FreeAt, DeadlineKind.Unbonding, provider.Hash))) return false;
        }

        return _toForget.SetEquals(_over) && _lines.SetEquals(_expectedLines);
    }
}
