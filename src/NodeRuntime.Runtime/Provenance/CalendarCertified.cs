namespace NodeRuntime.Runtime.Provenance;

/// <summary>Published by a validator when a quorum has signed a checkpoint: what outside witnesses are asked to cosign.</summary>
/// <param name="Checkpoint">A signed note with the validators' lines.</param>
public sealed record CalendarCertified(ulong Size, string Checkpoint);
