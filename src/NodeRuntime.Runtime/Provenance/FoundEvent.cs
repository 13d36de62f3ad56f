using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Provenance;

/// <summary>What a peer knows of one of its events. Whether somebody may see it, the caller decides by its actor and its custody.</summary>
/// <param name="Record">Empty where there is none, or where only its leaf was kept.</param>
/// <param name="Custody">What it is a step of; null where it is no act of this peer, or one long past.</param>
/// <param name="Receipt">Whose verdict is <see cref="ReceiptWant.Unknown"/> where there is no such event.</param>
/// <param name="Children">Of the newest events those that name it as parent.</param>
public sealed record FoundEvent(
    ulong Sequence, ReadOnlyMemory<byte> Record, Hash256? Custody, ReceiptAnswer Receipt, ImmutableArray<FoundChild> Children)
{
    public static FoundEvent None { get; } = new(0, default, null, new ReceiptAnswer(ReceiptWant.Unknown, default), []);
}

/// <param name="Custody">As of <see cref="FoundEvent"/>.</param>
public sealed record FoundChild(EventLeaf Event, Hash256? Custody);

/// <param name="Events">Numbers of the events of a custody, in their order; none where this peer has none.</param>
public sealed record FoundCustody(ImmutableArray<ulong> Events);
