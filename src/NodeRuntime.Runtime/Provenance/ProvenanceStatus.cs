using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>How the provenance supervisor does. Counts are since this peer started, but for numbers of events, which are since its first.</summary>
/// <param name="LastClosed">Its last second that is over; null before the first.</param>
/// <param name="LastSettled">Its last second that is in the calendar.</param>
/// <param name="Taken">Sequence number of the last event that was taken.</param>
/// <param name="Settled">Up to this number all are in the calendar.</param>
/// <param name="Promises">Events that were promised.</param>
/// <param name="Refused">Events that were not taken.</param>
/// <param name="Repeated">Seconds whose events were entered once more, because an earlier one did not arrive.</param>
/// <param name="Children">In this parent's last round.</param>
/// <param name="ChildrenRefused">What children sent and was not entered.</param>
/// <param name="CalendarSize">Seconds in the calendar as this peer keeps it; 0 where it keeps none.</param>
/// <param name="CalendarCertified">Of these, under a checkpoint that a quorum has signed.</param>
/// <param name="Backfilled">Seconds that it kept as backfilled.</param>
public sealed record ProvenanceStatus(
    Round? LastClosed, Round? LastSettled, ulong Taken, ulong Settled, ulong Promises, ulong Refused, ulong Repeated, int Children, ulong ChildrenRefused,
    ulong CalendarSize, ulong CalendarCertified, ulong Backfilled)
{
    /// <summary>Lies of others that were proven here; of these those that the ledger punished since, and did not take.</summary>
    public (ulong Found, ulong Punished, ulong Refused) Frauds { get; init; }

    /// <summary>Days whose root of the calendar this peer asked the ledger to take.</summary>
    public ulong Published { get; init; }

    public static ProvenanceStatus None { get; } = new(null, null, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
