using System;
using System.Collections.Generic;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// Reads a state's tree as records. What has no record reads as its empty one, or as null where there is no such thing
/// as an empty one. Our own tree holds what we wrote: a record that does not decode is a broken invariant.
/// Enumerations are bounded by the caller; those that scan a family say so.
/// </summary>
public readonly struct LedgerRecords(StateTree tree)
{
    public StateTree Tree => tree;

    public SupplyRecord Supply => Read(StateKeys.Supply, SupplyRecord.Read) ?? new(default, default, default, default, default);

    public ChainParameters Parameters =>
        Read(StateKeys.Parameters, ChainParameters.Read) ?? Invariant.Unreachable<ChainParameters>("a state without parameters");

    public ClockRecord Clock =>
        Read(StateKeys.Clock, ClockRecord.Read) ?? Invariant.Unreachable<ClockRecord>("a state without a clock");

    public AccountRecord Account(AccountId account) => Read(StateKeys.Account(account), AccountRecord.Read) ?? AccountRecord.Empty;

    public BondRecord Bond(AccountId provider) => Read(StateKeys.Bond(provider), BondRecord.Read) ?? BondRecord.Empty;

    /// <summary>That an account wants to be a validator.</summary>
    public ValidatorRecord? Validator(AccountId account) => Read(StateKeys.Validator(account), ValidatorRecord.Read);

    /// <summary>Whose a validator's key is.</summary>
    public AccountId? ValidatorOf(in PublicKey key) => ValidatorKey(key)?.Account;

    public ValidatorKeyRecord? ValidatorKey(in PublicKey key) => Read(StateKeys.ValidatorKey(key), ValidatorKeyRecord.Read);

    /// <param name="key">By the hash that names the key's peer, too.</param>
    public ValidatorKeyRecord? ValidatorKey(Hash256 key) => Read(StateKeys.ValidatorKey(key), ValidatorKeyRecord.Read);

    /// <summary>The set in force.</summary>
    public EpochRecord Epoch => Read(StateKeys.Epoch, EpochRecord.Read) ?? Invariant.Unreachable<EpochRecord>("a state without validators");

    /// <summary>The set that is due, if one is.</summary>
    public EpochRecord? EpochDue => Read(StateKeys.EpochDue, EpochRecord.Read);

    public BeaconRecord Beacon =>
        Read(StateKeys.Beacon, BeaconRecord.Read) ?? Invariant.Unreachable<BeaconRecord>("a state without a beacon");

    /// <summary>How far a validator's key has shown the chain that it committed to; null where it committed to none.</summary>
    public RevealRecord? Reveal(in PublicKey validator) => Read(StateKeys.Reveal(validator), RevealRecord.Read);

    /// <summary>Everybody who wants to be a validator, in the order of accounts. Scans all: each has a bond or genesis' word.</summary>
    public List<KeyValuePair<AccountId, ValidatorRecord>> Validators()
    {
        List<KeyValuePair<AccountId, ValidatorRecord>> validators = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Validator))
        {
            validators.Add(KeyValuePair.Create(new AccountId(entry.Key.Id), Decode(entry.Value, ValidatorRecord.Read)));
        }

        return validators;
    }

    public OrderRecord? Order(OrderId order) => Read(StateKeys.Order(order), OrderRecord.Read);

    public BidRecord Bids(OrderId order) => Read(StateKeys.Bids(order), BidRecord.Read) ?? BidRecord.Empty;

    public LeaseRecord? Lease(LeaseId lease) => Read(StateKeys.Lease(lease), LeaseRecord.Read);

    /// <summary>Why and when a validator's key was punished; null where it was not.</summary>
    public JailRecord? Jail(in PublicKey validator) => Read(StateKeys.Jail(validator), JailRecord.Read);

    /// <summary>Every punished key, in the order of their hashes: at most as many as ever validated.</summary>
    public List<JailRecord> Jailed(int countMax)
    {
        List<JailRecord> records = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Jail))
        {
            if (records.Count == countMax) break;
            records.Add(Decode(entry.Value, JailRecord.Read));
        }

        return records;
    }

    /// <summary>That a key lied about the calendar of events, the last time; null where it was never shown.</summary>
    public FraudRecord? Fraud(in PublicKey culprit) => Read(StateKeys.Fraud(culprit), FraudRecord.Read);

    /// <summary>The root of the calendar of events that a block of this day took; null where none did.</summary>
    public PublicationRecord? Publication(PublicationDay day) => Read(StateKeys.Publication(day), PublicationRecord.Read);

    /// <summary>The newest of them.</summary>
    public PublicationRecord? LastPublication => Read(StateKeys.LastPublication, PublicationRecord.Read);

    /// <summary>From a day on, oldest first, so many of them. Scans the earlier ones: for a person's question, not for each block.</summary>
    public List<PublicationRecord> Publications(PublicationDay from, int countMax)
    {
        List<PublicationRecord> records = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Publication))
        {
            if (records.Count == countMax) break;
            if (entry.Key == StateKeys.LastPublication) continue;
            PublicationRecord record = Decode(entry.Value, PublicationRecord.Read);
            if (record.Day.CompareTo(from) >= 0) records.Add(record);
        }

        return records;
    }

    /// <summary>How far the calendar of events has come.</summary>
    public EventCalendarRecord EventCalendar =>
        Read(StateKeys.EventCalendar, EventCalendarRecord.Read) ?? Invariant.Unreachable<EventCalendarRecord>("a state without the calendar of events");

    /// <summary>The lease that an order opened last; null where there was none.</summary>
    public LeaseId? CurrentLease(OrderId id)
    {
        OrderRecord? order = Order(id);
        return order is null || order.Attempts == 0 ? null : StateKeys.LeaseOf(id, (byte)(order.Attempts - 1));
    }

    /// <summary>Every lease that an order went through, first to last.</summary>
    public List<KeyValuePair<LeaseId, LeaseRecord>> LeasesOf(OrderId id)
    {
        List<KeyValuePair<LeaseId, LeaseRecord>> leases = [];
        int attempts = Order(id)?.Attempts ?? 0;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            LeaseId lease = StateKeys.LeaseOf(id, (byte)attempt);
            if (Lease(lease) is { } record) leases.Add(KeyValuePair.Create(lease, record));
        }

        return leases;
    }

    /// <summary>Orders that take bids, oldest first.</summary>
    public List<KeyValuePair<OrderId, OrderRecord>> OpenOrders(int countMax)
    {
        List<KeyValuePair<OrderId, OrderRecord>> orders = [];
        foreach (StateEntry entry in tree.Of(StateFamily.OpenOrder))
        {
            if (orders.Count == countMax) break;
            OrderId id = Decode(entry.Value, OpenOrderRecord.Read).Order;
            OrderRecord? order = Order(id);
            Invariant.Holds(order is not null);
            orders.Add(KeyValuePair.Create(id, order));
        }

        return orders;
    }

    /// <summary>An owner's orders, in the order of their ids. Scans all orders: for a person's question, not for each block.</summary>
    public List<KeyValuePair<OrderId, OrderRecord>> OrdersOf(AccountId owner, int countMax)
    {
        List<KeyValuePair<OrderId, OrderRecord>> orders = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Order))
        {
            if (orders.Count == countMax) break;
            OrderRecord order = Decode(entry.Value, OrderRecord.Read);
            if (order.Owner == owner) orders.Add(KeyValuePair.Create(new OrderId(entry.Key.Id), order));
        }

        return orders;
    }

    /// <summary>A provider's leases, in the order of their ids. Scans all leases: for a restart, not for each block.</summary>
    public List<KeyValuePair<LeaseId, LeaseRecord>> LeasesOfProvider(AccountId provider, int countMax)
    {
        List<KeyValuePair<LeaseId, LeaseRecord>> leases = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Lease))
        {
            if (leases.Count == countMax) break;
            LeaseRecord lease = Decode(entry.Value, LeaseRecord.Read);
            if (lease.Provider == provider) leases.Add(KeyValuePair.Create(new LeaseId(entry.Key.Id), lease));
        }

        return leases;
    }

    /// <summary>A provider's leases that are not over, in the order of their ids, so many of them. Scans leases until it has them.</summary>
    public List<KeyValuePair<LeaseId, LeaseRecord>> OpenLeasesOf(AccountId provider, uint countMax)
    {
        List<KeyValuePair<LeaseId, LeaseRecord>> leases = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Lease))
        {
            if (leases.Count == countMax) break;
            LeaseRecord lease = Decode(entry.Value, LeaseRecord.Read);
            bool isOpen = lease.State is LeaseState.Opened or LeaseState.Ready or LeaseState.ResultReported;
            if (isOpen && lease.Provider == provider) leases.Add(KeyValuePair.Create(new LeaseId(entry.Key.Id), lease));
        }

        return leases;
    }

    /// <summary>Every bond, in the order of accounts. Scans all bonds.</summary>
    public List<KeyValuePair<AccountId, BondRecord>> Bonds(int countMax)
    {
        List<KeyValuePair<AccountId, BondRecord>> bonds = [];
        foreach (StateEntry entry in tree.Of(StateFamily.Bond))
        {
            if (bonds.Count == countMax) break;
            bonds.Add(KeyValuePair.Create(new AccountId(entry.Key.Id), Decode(entry.Value, BondRecord.Read)));
        }

        return bonds;
    }

    /// <summary>Of a chain that proves capacity.</summary>
    public CapacityKindRecord CapacityKind(CapacityKind kind) => Read(StateKeys.CapacityKind(kind), CapacityKindRecord.Read)
        ?? Invariant.Unreachable<CapacityKindRecord>("a chain that proves capacity without its kinds");

    public CapacityProviderRecord? CapacityProvider(AccountId account) => Read(StateKeys.CapacityProvider(account), CapacityProviderRecord.Read);

    public CapacityDutyRecord? CapacityDuty(CapacityKind kind, AccountId account) => CapacityDuty(StateKeys.CapacityDuty(kind, account));

    public CapacityAnswerRecord? CapacityAnswer(CapacityKind kind, uint period, AccountId account) =>
        Read(StateKeys.CapacityAnswer(kind, period, account), CapacityAnswerRecord.Read);

    public CapacitySeatRecord? CapacitySeat(CapacityKind kind, uint seat) => Read(StateKeys.CapacitySeat(kind, seat), CapacitySeatRecord.Read);

    /// <summary>Who sells capacity, in the order of accounts from one on, so many of them.</summary>
    public List<KeyValuePair<AccountId, CapacityProviderRecord>> CapacityProviders(AccountId from, int countMax)
    {
        List<KeyValuePair<AccountId, CapacityProviderRecord>> providers = [];
        foreach (StateEntry entry in tree.Of(StateFamily.CapacityProvider))
        {
            if (providers.Count == countMax) break;
            if (entry.Key.Id.CompareTo(from.Hash) < 0) continue;
            providers.Add(KeyValuePair.Create(new AccountId(entry.Key.Id), Decode(entry.Value, CapacityProviderRecord.Read)));
        }

        return providers;
    }

    internal CapacityDutyRecord? CapacityDuty(StateKey key) => Read(key, CapacityDutyRecord.Read);

    internal static T Decode<T>(ReadOnlyMemory<byte> bytes, Func<WireReader, T> read)
    {
        WireReader reader = new(bytes);
        T record = read(reader);
        Invariant.Holds(reader.Succeeded);
        return record;
    }

    private T? Read<T>(StateKey key, Func<WireReader, T> read)
        where T : class => tree.TryGet(key, out ReadOnlyMemory<byte> bytes) ? Decode(bytes, read) : null;
}
