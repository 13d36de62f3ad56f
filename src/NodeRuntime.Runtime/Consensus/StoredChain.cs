using System.Collections.Generic;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Forensics;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>A peer's finalized chain as its journal holds it, without bodies: for whoever compares chains. Reads what is durable, asks no actor.</summary>
public static class StoredChain
{
    /// <summary>Blocks from a height on, lowest first, at most so many and about so many bytes of the journal; the last may lack its certificate.</summary>
    public static ImmutableArray<ChainLink> Read(IJournal journal, Height from, int countMax)
    {
        ImmutableArray<ChainLink>.Builder links = ImmutableArray.CreateBuilder<ChainLink>();
        foreach (JournalRecord record in journal.ReadRange(ConsensusStore.Blocks, from.Number, countMax))
        {
            StoredBlock stored = StoredBlock.Decode(record.Payload);
            links.Add(new ChainLink(stored.Block.Header, stored.Block.Justification, stored.Finalization));
        }

        return links.ToImmutable();
    }

    /// <summary>Every seal since genesis, oldest first: they outlive their blocks.</summary>
    public static ImmutableArray<Seal> ReadSeals(IJournal journal) => new ConsensusStore(journal).ReadSeals();

    /// <summary>All of it, in windows.</summary>
    public static IEnumerable<ChainLink> ReadAll(IJournal journal)
    {
        Height next = Height.Genesis;
        while (Read(journal, next, Limits.ChainBlocksMax) is { IsEmpty: false } window)
        {
            foreach (ChainLink link in window) yield return link;
            next = window[^1].Header.Height.Next;
        }
    }
}
