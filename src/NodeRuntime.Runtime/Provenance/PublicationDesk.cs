using NodeRuntime.Ledger.Publications;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>
/// A validator's part in publishing: while the ledger has no root for the day and the newest checkpoint that this peer has would be taken, it is asked for
/// again and again. The plan's first validator asks at once, each one behind it so much later, so that one that is gone stops nothing and where nobody is
/// gone one transaction is made.
/// <code>
/// 00:00:00      first checkpoint of the day      ledger has it
///    | nothing to show  | the first asks ......... | the others' turns pass unused
///                       | + 5 s: the second asks, + 10 s: the third, ...
/// </code>
/// Nothing is kept on disk: the ledger knows which days have their root.
/// </summary>
internal sealed class PublicationDesk(ProvenanceScene scene, CalendarDesk calendar)
{
    /// <summary>From one validator's turn to the next: some blocks, so that what is under way arrives.</summary>
    private static Duration TurnLength => Duration.FromSeconds(5);

    private LedgerState? _state;
    private (PublicationDay Day, Instant Since)? _missing;
    private Message.PublishCalendar? _asked;
    private PublicationDay? _askedOn;
    private (ulong Size, Epoch Epoch, Message.PublishCalendar Message)? _made;

    /// <summary>Days whose root this peer asked the ledger to take.</summary>
    public ulong Asked { get; private set; }

    public void Advanced(LedgerState state) => _state = state;

    public void Tick()
    {
        int rank = scene.Epochs.At(scene.Current).Parents.IndexOf(scene.Self);
        // Whoever is behind does not know what the ledger has.
        if (rank < 0 || _state is not { } state || scene.Now - state.Time > TurnLength) return;
        // The block that would hold it is no earlier.
        Instant soonest = state.Time + Duration.FromMilliseconds(1), time = soonest > scene.Now ? soonest : scene.Now;
        PublicationDay today = PublicationDay.Of(time);
        if (state.Records.LastPublication is { } last && last.Day.CompareTo(today) >= 0)
        {
            (_missing, _asked) = (null, null);
            return;
        }

        // The same message as before, as long as it would do: the purse knows it again.
        if (_asked is null || PublicationRules.Check(state, _asked, time) != PublicationVerdict.Accepted) _asked = Newest(state.Validators);
        if (_asked is null || PublicationRules.Check(state, _asked, time) != PublicationVerdict.Accepted) return;
        if (_missing?.Day != today) _missing = (today, scene.Now);
        if (scene.Now - _missing.Value.Since < TurnLength * rank) return;
        if (_askedOn != today) Asked++;
        _askedOn = today;
        scene.Effects.Add(new ProvenanceEffect.Publish(_asked));
    }

    // Of one checkpoint and one set the lines are verified once, also where the ledger has no use for them for days.
    private Message.PublishCalendar? Newest(ValidatorSet validators)
    {
        if (_made is { } made && made.Size == scene.Newest.Size && made.Epoch == validators.Epoch) return made.Message;
        if (calendar.ToPublication(validators) is not { } message) return null;
        _made = (message.Size, validators.Epoch, message);
        return message;
    }
}
