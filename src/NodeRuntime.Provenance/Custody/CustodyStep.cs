using System;
using NodeRuntime.Provenance.Receipts;

namespace NodeRuntime.Provenance.Custody;

/// <summary>One event in a file of custody.</summary>
/// <param name="Record">The event's bytes.</param>
/// <param name="Receipt">Null where the event was in no round yet when the file was made: then nothing proves it.</param>
public sealed record CustodyStep(ReadOnlyMemory<byte> Record, EventReceipt? Receipt);
