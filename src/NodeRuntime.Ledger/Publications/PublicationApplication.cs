using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Ledger.Publications;

/// <summary>The root of a day, written down once. It costs its sender the fee and earns nothing: a reward would be a race.</summary>
internal static class PublicationApplication
{
    public static void Apply(LedgerDraft draft, AccountId sender, Message.PublishCalendar publication)
    {
        RoundLeaf last = PublicationRules.Read(publication) ?? Invariant.Unreachable<RoundLeaf>("a publication that was checked");
        PublicationRecord record = new(
            PublicationDay.Of(draft.Time), publication.Size, publication.Root, PublicationRules.BeginOf(last.Round), draft.Epoch.Validators.Epoch, draft.Height, sender);
        draft.Put(record);
        draft.Tell(new LedgerEvent.CalendarPublished(record));
    }
}
