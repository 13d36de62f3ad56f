using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Runtime.Proposals;

/// <summary>A proposal that is being put together: its ids, and the transactions that were found for them.</summary>
internal sealed class PendingProposal
{
    private readonly SortedDictionary<ShortId, ushort> _places = [];
    private readonly Slot[] _slots;

    public PendingProposal(PeerId proposer, CompactMessage.Proposal proposal, Hash256 digest)
    {
        Proposer = proposer;
        Proposal = proposal;
        Digest = digest;
        _slots = new Slot[proposal.Ids.Length];
        for (int i = 0; i < _slots.Length; i++) _places.Add(proposal.Ids[i], (ushort)i);
        MissingCount = _slots.Length;
    }

    public PeerId Proposer { get; }

    public CompactMessage.Proposal Proposal { get; }

    public Hash256 Digest { get; }

    public View View => Proposal.Skeleton.Header.View;

    public int MissingCount { get; private set; }

    /// <summary>Bytes that were fetched for it: what the pool holds anyway is not counted.</summary>
    public int FetchedBytes { get; private set; }

    /// <summary>Of whom the missing ones were asked last.</summary>
    public PeerId? Asked { get; set; }

    public Instant DueAt { get; set; }

    public int AskedCount { get; set; }

    /// <summary>What was put together first was not what the leader signed: now all comes from the leader itself.</summary>
    public bool IsRefetched { get; private set; }

    /// <summary>The leader's own bodies are not what it signed: nothing more is done for it.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>A transaction that was verified here; where two fit one place, neither is believed.</summary>
    public void Offer(Hash256 fingerprint, ReadOnlyMemory<byte> transaction)
    {
        if (IsRefetched || !_places.TryGetValue(ShortId.Of(Digest, fingerprint), out ushort place)) return;
        ref Slot slot = ref _slots[place];
        if (slot.Source == Source.Fetched || slot.Source == Source.Ambiguous) return;
        if (slot.Source == Source.Missing)
        {
            slot = new Slot(Source.Pool, transaction);
            MissingCount--;
        }
        else if (!slot.Transaction.Span.SequenceEqual(transaction.Span))
        {
            slot = new Slot(Source.Ambiguous, default);
            MissingCount++;
        }
    }

    /// <summary>A body that was asked for. False: it is none of this proposal's.</summary>
    public bool TryFill(PlacedBody body)
    {
        if (body.Place >= _slots.Length || ShortId.Of(Digest, body.Transaction.Span) != Proposal.Ids[body.Place]) return false;
        ref Slot slot = ref _slots[body.Place];
        if (slot.Source is Source.Pool or Source.Fetched) return true;
        slot = new Slot(Source.Fetched, body.Transaction);
        FetchedBytes += body.Transaction.Length;
        MissingCount--;
        return true;
    }

    public ImmutableArray<ushort> Missing()
    {
        ImmutableArray<ushort>.Builder missing = ImmutableArray.CreateBuilder<ushort>();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Source is Source.Missing or Source.Ambiguous) missing.Add((ushort)i);
        }

        return missing.ToImmutable();
    }

    /// <summary>The whole block, if its body is the one that the header names.</summary>
    public Block? Assemble()
    {
        Invariant.Holds(MissingCount == 0);
        ImmutableArray<ReadOnlyMemory<byte>> whole = Proposal.Skeleton.Transactions;
        ImmutableArray<ReadOnlyMemory<byte>>.Builder body = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(whole.Length + _slots.Length);
        body.AddRange(whole);
        foreach (Slot slot in _slots) body.Add(slot.Transaction);
        Block block = Proposal.Skeleton with { Transactions = body.MoveToImmutable() };
        return MerkleTree.Root(block.Transactions) == block.Header.BodyRoot ? block : null;
    }

    public ImmutableArray<ReadOnlyMemory<byte>> Fetched()
    {
        ImmutableArray<ReadOnlyMemory<byte>>.Builder fetched = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (Slot slot in _slots)
        {
            if (slot.Source == Source.Fetched) fetched.Add(slot.Transaction);
        }

        return fetched.ToImmutable();
    }

    /// <summary>Begins anew with nothing.</summary>
    public void Refetch()
    {
        Invariant.Holds(!IsRefetched);
        IsRefetched = true;
        Array.Clear(_slots);
        MissingCount = _slots.Length;
        FetchedBytes = 0;
        AskedCount = 0;
        Asked = null;
    }

    /// <summary>Nothing of it is needed any more but that it was refused.</summary>
    public void Refuse()
    {
        IsRefused = true;
        Array.Clear(_slots);
        MissingCount = _slots.Length;
        FetchedBytes = 0;
        Asked = null;
    }

    private enum Source : byte
    {
        Missing,
        Ambiguous,
        Pool,
        Fetched,
    }

    private readonly record struct Slot(Source Source, ReadOnlyMemory<byte> Transaction);
}
