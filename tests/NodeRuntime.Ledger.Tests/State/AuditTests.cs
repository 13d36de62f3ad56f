using System;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Ledger.Tests.State;

/// <summary>One sound state, and rows that each spoil one thing in it.</summary>
public sealed class AuditTests
{
    private static readonly LedgerState Sound = LedgerSnapshotTests.Busy().State;
    private static readonly AccountId Alice = LedgerWorld.Account("alice");
    private static readonly AccountId Pat = LedgerWorld.Account("pat");
    private static readonly OrderId First = StateKeys.OrderOf(Alice, 0, 0);
    private static readonly OrderId Second = StateKeys.OrderOf(Alice, 0, 1);

    private static readonly PublicKey Validator = LedgerWorld.Signer("validator").PublicKey;
    private static readonly RevealRecord Reveals = RevealRecord.Begin(LedgerWorld.Reveals("validator").Anchor, Height.Genesis);

    [Fact]
    public void A_state_that_blocks_made_is_sound() => Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(Sound));

    [Theory]
    [InlineData("bytes that are no record", AuditVerdict.RecordMalformed)]
    [InlineData("a key of no family", AuditVerdict.RecordMalformed)]
    [InlineData("somebody else's jail", AuditVerdict.RecordMalformed)]
    [InlineData("no clock", AuditVerdict.RecordMissing)]
    [InlineData("a unit too much", AuditVerdict.TotalsDiffer)]
    [InlineData("a bond too little", AuditVerdict.TotalsDiffer)]
    [InlineData("a unit minted aside", AuditVerdict.NotConserved)]
    [InlineData("an order over with its escrow", AuditVerdict.EscrowMisplaced)]
    [InlineData("a wrong count of orders", AuditVerdict.OpenOrdersDiffer)]
    [InlineData("a wrong count of leases", AuditVerdict.OpenLeasesDiffer)]
    [InlineData("no set in force", AuditVerdict.RecordMissing)]
    [InlineData("a validator whose key leads to nobody", AuditVerdict.ValidatorsDiffer)]
    [InlineData("a key of nobody", AuditVerdict.ValidatorsDiffer)]
    [InlineData("a bound key that nothing releases", AuditVerdict.CalendarDiffers)]
    [InlineData("another's key", AuditVerdict.RecordMalformed)]
    [InlineData("a set that is due for the wrong epoch", AuditVerdict.ValidatorsDiffer)]
    [InlineData("an epoch that begins later", AuditVerdict.ValidatorsDiffer)]
    [InlineData("no beacon", AuditVerdict.RecordMissing)]
    [InlineData("no calendar of events", AuditVerdict.RecordMissing)]
    [InlineData("a second that is not over", AuditVerdict.EventCalendarDiffers)]
    [InlineData("a plan of another epoch", AuditVerdict.EventCalendarDiffers)]
    [InlineData("a plan of more validators", AuditVerdict.EventCalendarDiffers)]
    [InlineData("two plans in force", AuditVerdict.RecordMalformed)]
    [InlineData("a calendar of events elsewhere", AuditVerdict.RecordMalformed)]
    [InlineData("reveals of nobody's key", AuditVerdict.RevealsDiffer)]
    [InlineData("more reveals than there are", AuditVerdict.RevealsDiffer)]
    [InlineData("a tip before the first reveal", AuditVerdict.RevealsDiffer)]
    [InlineData("a lease without its deadline", AuditVerdict.CalendarDiffers)]
    [InlineData("an order that nobody sees", AuditVerdict.CalendarDiffers)]
    [InlineData("a deadline of nothing", AuditVerdict.CalendarDiffers)]
    [InlineData("an unbonding that never ends", AuditVerdict.CalendarDiffers)]
    public void Each_defect_is_found(string defect, AuditVerdict verdict) => Assert.Equal(verdict, LedgerAudit.Run(Spoil(defect)));

    internal static StateTree With(StateTree tree, AccountId account, AccountRecord record) =>
        Put(tree, StateKeys.Account(account), record.Write);

    private static StateTree Spoil(string defect)
    {
        StateTree tree = Sound.Tree;
        SupplyRecord supply = Sound.Supply;
        DeadlineRecord idle = new(DeadlineKind.Ready, Hash256.Zero);
        AccountRecord alice = Sound.Records.Account(Alice);
        BondRecord pat = Sound.Records.Bond(Pat);
        OrderRecord second = Sound.Records.Order(Second)!;
        LeaseRecord lease = Sound.Records.Lease(StateKeys.LeaseOf(First, 0))!;
        return defect switch
        {
            "bytes that are no record" => tree.Set(StateKeys.Account(Alice), new byte[] { 1, 2, 3 }),
            "a key of no family" => tree.Set(new StateKey((StateFamily)99, Hash256.Zero), new byte[] { 0 }),
            "somebody else's jail" => Put(tree, StateKeys.Jail(LedgerWorld.Signer("alice").PublicKey), JailOf("pat").Write),
            "no clock" => tree.Remove(StateKeys.Clock),
            "no calendar of events" => tree.Remove(StateKeys.EventCalendar),
            "a second that is not over" => Put(tree, StateKeys.EventCalendar, Calendar(Sound.Time.Milliseconds / 1000).Write),
            "a plan of another epoch" => Put(tree, StateKeys.EventCalendar, Calendar(0, static it => it with { Epoch = it.Epoch.Next }).Write),
            "a plan of more validators" => Put(tree, StateKeys.EventCalendar, Calendar(0, static it => it with { Slots = it.Slots + 1 }).Write),
            "two plans in force" => Put(tree, StateKeys.EventCalendar, (Calendar(0) with { Plans = [Calendar(0).Plans[0], Calendar(0).Plans[0]] }).Write),
            "a calendar of events elsewhere" => Put(tree, new StateKey(StateFamily.EventCalendar, Alice.Hash), Calendar(0).Write),
            "no beacon" => tree.Remove(StateKeys.Beacon),
            "reveals of nobody's key" => Put(tree, StateKeys.Reveal(LedgerWorld.Signer("alice").PublicKey), Reveals.Write),
            "more reveals than there are" => Put(tree, StateKeys.Reveal(Validator), (Reveals with { Used = 60, Missed = 5 }).Write),
            "a tip before the first reveal" => Put(tree, StateKeys.Reveal(Validator), (Reveals with { Tip = Hash256.Zero }).Write),
            "a unit too much" => With(tree, Alice, alice with { Balance = alice.Balance + new Amount(1) }),
            "a bond too little" => Put(tree, StateKeys.Bond(Pat), (pat with { Bonded = pat.Bonded - new Amount(1) }).Write),
            "a unit minted aside" => Put(tree, StateKeys.Supply, (supply with { Minted = supply.Minted + new Amount(1) }).Write),
            "an order over with its escrow" => Put(tree, StateKeys.Order(Second), (second with { State = OrderState.Expired }).Write),
            "a wrong count of orders" => With(tree, Alice, alice with { OpenOrders = 1 }),
            "a wrong count of leases" => Put(tree, StateKeys.Bond(Pat), (pat with { OpenLeases = 9 }).Write),
            "no set in force" => tree.Remove(StateKeys.Epoch),
            "a validator whose key leads to nobody" => tree.Remove(StateKeys.ValidatorKey(LedgerWorld.Signer("validator").PublicKey)),
            "a key of nobody" => Put(tree, StateKeys.ValidatorKey(LedgerWorld.Signer("pat").PublicKey), new ValidatorKeyRecord(LedgerWorld.Signer("pat").PublicKey, Pat, null).Write),
            "a bound key that nothing releases" => Put(tree, StateKeys.ValidatorKey(LedgerWorld.Signer("pat").PublicKey), new ValidatorKeyRecord(LedgerWorld.Signer("pat").PublicKey, Pat, Sound.Time).Write),
            "another's key" => Put(tree, StateKeys.ValidatorKey(LedgerWorld.Signer("validator").PublicKey), new ValidatorKeyRecord(LedgerWorld.Signer("pat").PublicKey, LedgerWorld.Account("validator"), null).Write),
            "a set that is due for the wrong epoch" => Put(tree, StateKeys.EpochDue, Sound.Records.Epoch.Write),
            "an epoch that begins later" => Put(tree, StateKeys.Epoch, (Sound.Records.Epoch with { Since = Sound.Height.Next }).Write),
            "a lease without its deadline" =>
                tree.Remove(StateKeys.Deadline(lease.ResultBy, DeadlineKind.Result, StateKeys.LeaseOf(First, 0).Hash)),
            "an order that nobody sees" => tree.Remove(StateKeys.OpenOrder(second.AcceptedAt, Second)),
            "a deadline of nothing" => Put(tree, StateKeys.Deadline(Sound.Time, idle.Kind, idle.Subject), idle.Write),
            "an unbonding that never ends" => tree.Remove(StateKeys.Deadline(pat.FreeAt, DeadlineKind.Unbonding, Pat.Hash)),
            _ => Invariant.Unreachable<StateTree>(defect),
        };
    }

    // With its next second so far on.
    private static EventCalendarRecord Calendar(long second, Func<EventCalendarPlan, EventCalendarPlan>? change = null)
    {
        EventCalendarRecord record = Sound.Records.EventCalendar;
        ulong first = Math.Max(record.FirstSecond, (ulong)second + 1);
        return new EventCalendarRecord(first, 0, [], [(change ?? (static it => it))(record.Plans[0] with { FirstSecond = first })]);
    }

    private static JailRecord JailOf(string name) => new(
        LedgerWorld.Signer(name).PublicKey, LedgerWorld.Account(name), new Epoch(0), new View(1), EvidenceFault.Mismatch, new Height(1), Amount.Zero);

    private static StateTree Put(StateTree tree, StateKey key, Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return tree.Set(key, writer.ToArray());
    }
}
