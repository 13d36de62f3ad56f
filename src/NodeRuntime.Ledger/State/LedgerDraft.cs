using System;
using System.Collections.Generic;
using NodeRuntime.Capacity;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.State;

/// <summary>
/// A block under way: the one place where the state is written. It has one owner and lives as long as one application.
/// Undoing a transaction is going back to a mark, as the tree is a value.
/// </summary>
internal sealed class LedgerDraft
{
    private readonly List<LedgerEvent> _events = [];
    private readonly List<RaisedAccusation> _accusations = [];

    public LedgerDraft(
        ChainId chain, ChainParameters parameters, ClockRecord clock, StateTree tree, IWorkHashes works, EpochRecord epoch, EpochRecord? due)
    {
        Works = works;
        Epoch = epoch;
        EpochDue = due;
        Chain = chain;
        Parameters = parameters;
        Clock = clock;
        Tree = tree;
        Supply = Records.Supply;
        Put(StateKeys.Clock, clock.Write);
    }

    public ChainId Chain { get; }

    public ChainParameters Parameters { get; }

    /// <summary>The block's height and time: what "now" means to every rule.</summary>
    public ClockRecord Clock { get; }

    public Height Height => Clock.Height;

    public Instant Time => Clock.Time;

    public StateTree Tree { get; private set; }

    /// <summary>The running totals; only the purse changes them.</summary>
    public SupplyRecord Supply { get; private set; }

    /// <summary>The set in force, and the one that is due: no transaction changes them, so that undoing one leaves them alone.</summary>
    public EpochRecord Epoch { get; private set; }

    public EpochRecord? EpochDue { get; private set; }

    public IReadOnlyList<LedgerEvent> Events => _events;

    /// <summary>Of the calendar of events, as far as this block enters them.</summary>
    public IReadOnlyList<RoundLeaf> Seconds { get; private set; } = [];

    public LedgerRecords Records => new(Tree);

    /// <summary>What an accusation is decided with.</summary>
    public IWorkHashes Works { get; }

    /// <summary>Of this block, in the order in which they came: decided behind its last transaction.</summary>
    public IReadOnlyList<RaisedAccusation> Accusations => _accusations;

    /// <summary>What rules may see.</summary>
    public LedgerView View => new(Records, Chain, Parameters, Supply, Clock);

    public void Raise(RaisedAccusation accusation) => _accusations.Add(accusation);

    public DraftMark Mark() => new(Tree, Supply, _events.Count, _accusations.Count);

    public void Return(DraftMark mark)
    {
        Tree = mark.Tree;
        Supply = mark.Supply;
        _events.RemoveRange(mark.Events, _events.Count - mark.Events);
        _accusations.RemoveRange(mark.Accusations, _accusations.Count - mark.Accusations);
    }

    public void SetEpoch(EpochRecord epoch)
    {
        Epoch = epoch;
        Put(StateKeys.Epoch, epoch.Write);
    }

    public void SetEpochDue(EpochRecord? due)
    {
        EpochDue = due;
        if (due is null) Remove(StateKeys.EpochDue);
        else Put(StateKeys.EpochDue, due.Write);
    }

    public void Tell(LedgerEvent happened) => _events.Add(happened);

    public void Put(StateKey key, Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        Tree = Tree.Set(key, writer.ToArray());
    }

    public void Remove(StateKey key) => Tree = Tree.Remove(key);

    /// <summary>An empty account has no record, so that equal contents have equal trees.</summary>
    public void Put(AccountId account, AccountRecord record)
    {
        if (record == AccountRecord.Empty) Remove(StateKeys.Account(account));
        else Put(StateKeys.Account(account), record.Write);
    }

    public void Put(AccountId provider, BondRecord record)
    {
        bool empty = record.Bonded == Amount.Zero && record.Unbonding == Amount.Zero && record.OpenLeases == 0;
        if (!empty)
        {
            Put(StateKeys.Bond(provider), record.Write);
            return;
        }

        Remove(StateKeys.Bond(provider));
        // Whoever took everything back wants no place any more: records without a bond behind them do not pile up.
        if (Records.Validator(provider) is { Granted: 0 }) RemoveValidator(provider);
    }

    /// <summary>A validator and whose its key is; of an earlier record of the same account nothing stays.</summary>
    public void Put(AccountId account, ValidatorRecord record)
    {
        RemoveValidator(account);
        Put(StateKeys.Validator(account), record.Write);
        Put(new ValidatorKeyRecord(record.Key, account, Records.ValidatorKey(record.Key)?.BoundUntil));
    }

    public void RemoveValidator(AccountId account)
    {
        if (Records.Validator(account) is not { } before) return;
        Remove(StateKeys.Validator(account));
        ForgetKey(before.Key);
    }

    public void Put(ValidatorKeyRecord record) => Put(StateKeys.ValidatorKey(record.Key), record.Write);

    /// <summary>The key has left the set in force: for so long it is remembered whose it is, whatever the account does meanwhile.</summary>
    public void BindKey(in PublicKey key, Instant until)
    {
        ValidatorKeyRecord record = Records.ValidatorKey(key) ?? Invariant.Unreachable<ValidatorKeyRecord>("a validator that is nobody's");
        if (record.BoundUntil is { } before) Unschedule(before, DeadlineKind.ValidatorKey, key.ToPeerId().Hash);
        Put(record with { BoundUntil = until });
        Schedule(until, DeadlineKind.ValidatorKey, key.ToPeerId().Hash);
    }

    /// <summary>
    /// Forgets whose a key is, where it is no validator's any more, of no set that votes or is due, and not bound: as long as somebody may be
    /// convicted of what it signed, somebody's bond pays for it.
    /// </summary>
    public void ForgetKey(in PublicKey key)
    {
        if (Records.ValidatorKey(key) is not { BoundUntil: null, Account: var account } || Records.Validator(account)?.Key == key) return;
        if (Epoch.Validators.IndexOf(key) is not null || EpochDue?.Validators.IndexOf(key) is not null) return;
        Remove(StateKeys.ValidatorKey(key));
        // What was shown stays, so that a key that comes back does not begin anew with what everybody knows.
        if (Records.Reveal(key) is { IsUnused: true }) Remove(StateKeys.Reveal(key));
    }

    public void Put(in PublicKey validator, RevealRecord record) => Put(StateKeys.Reveal(validator), record.Write);

    public void Put(CapacityKind kind, CapacityKindRecord record) => Put(StateKeys.CapacityKind(kind), record.Write);

    public void Put(AccountId account, CapacityProviderRecord record) => Put(StateKeys.CapacityProvider(account), record.Write);

    public void Put(CapacityKind kind, CapacityDutyRecord record) => Put(StateKeys.CapacityDuty(kind, record.Account), record.Write);

    public void Put(CapacityKind kind, uint period, CapacityAnswerRecord record) =>
        Put(StateKeys.CapacityAnswer(kind, period, record.Account), record.Write);

    public void Put(OrderId order, OrderRecord record) => Put(StateKeys.Order(order), record.Write);

    public void Put(OrderId order, BidRecord record)
    {
        if (record.Bids.IsEmpty && record.Excluded.IsEmpty) Remove(StateKeys.Bids(order));
        else Put(StateKeys.Bids(order), record.Write);
    }

    public void Put(LeaseId lease, LeaseRecord record) => Put(StateKeys.Lease(lease), record.Write);

    public void Put(JailRecord record) => Put(StateKeys.Jail(record.Key), record.Write);

    public void Put(FraudRecord record) => Put(StateKeys.Fraud(record.Key), record.Write);

    public void Put(PublicationRecord record)
    {
        Put(StateKeys.Publication(record.Day), record.Write);
        Put(StateKeys.LastPublication, record.Write);
    }

    public void Schedule(Instant at, DeadlineKind kind, Hash256 subject) =>
        Put(StateKeys.Deadline(at, kind, subject), new DeadlineRecord(kind, subject).Write);

    public void Unschedule(Instant at, DeadlineKind kind, Hash256 subject) => Remove(StateKeys.Deadline(at, kind, subject));

    public void Put(EventCalendarRecord record) => Put(StateKeys.EventCalendar, record.Write);

    public void Entered(IReadOnlyList<RoundLeaf> seconds) => Seconds = seconds;

    public void SetSupply(SupplyRecord supply) => Supply = supply;

    /// <summary>The state after the block. What was moved must add up, whatever the block held.</summary>
    public LedgerState Finish()
    {
        Invariant.Holds(Supply.IsConserved);
        Put(StateKeys.Supply, Supply.Write);
        return new LedgerState(Chain, Tree, Works, Parameters, Epoch, EpochDue);
    }
}

/// <summary>A place to go back to.</summary>
internal readonly record struct DraftMark(StateTree Tree, SupplyRecord Supply, int Events, int Accusations);
