using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What a voter did that no honest one does, whatever its network and its disk did to it.</summary>
public enum EvidenceFault : byte
{
    /// <summary>It notarized two blocks of one view.</summary>
    DoubleNotarize = 1,

    /// <summary>It gave one finalize slot to two values: two blocks, or a block and none.</summary>
    DoubleFinalize = 2,

    /// <summary>It notarized one block and finalized another of the same view: rule C broken.</summary>
    Mismatch = 3,
}

/// <summary>One fault: however often and in whatever order its votes are put together, it has this one name.</summary>
public readonly record struct EvidenceId(ValidatorIndex Voter, Epoch Epoch, View View, EvidenceFault Fault);

/// <summary>
/// Two votes of one voter in one view that contradict each other: who holds them needs nobody's word. The lower slot comes
/// first, in one slot the lower value (none before any), so that a pair of votes has one encoding. Votes that do not
/// contradict each other make no evidence; whether the signatures hold is for <see cref="EvidenceRules"/>.
/// </summary>
public sealed record Evidence
{
    private Evidence(ChainId chain, Vote first, Vote second, EvidenceFault fault)
    {
        Chain = chain;
        First = first;
        Second = second;
        Fault = fault;
    }

    public ChainId Chain { get; }

    public Vote First { get; }

    public Vote Second { get; }

    public EvidenceFault Fault { get; }

    public ValidatorIndex Voter => First.Voter;

    public View View => First.Slot.View;

    public EvidenceId Id => new(Voter, First.Slot.Epoch, View, Fault);

    /// <summary>The two votes as evidence, in whatever order they are given; null where they do not contradict each other.</summary>
    public static Evidence? Of(ChainId chain, Vote one, Vote other)
    {
        (Vote first, Vote second) = Compare(one, other) <= 0 ? (one, other) : (other, one);
        return FaultOf(first, second) is { } fault ? new Evidence(chain, first, second, fault) : null;
    }

    /// <summary>RFC 9162 tree over the encodings: what a header says of its block's evidence.</summary>
    public static Hash256 RootOf(ImmutableArray<Evidence> evidence)
    {
        if (evidence.IsEmpty) return MerkleTree.EmptyRoot;
        ImmutableArray<ReadOnlyMemory<byte>>.Builder leaves = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(evidence.Length);
        foreach (Evidence one in evidence) leaves.Add(one.Encode());
        return MerkleTree.Root(leaves.MoveToImmutable());
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.Evidence, 3).Hash(Chain.Hash);
        First.Write(writer);
        Second.Write(writer);
        writer.End();
    }

    /// <summary>Fails on votes that do not contradict each other and on any order but the one.</summary>
    public static Evidence Read(WireReader reader)
    {
        reader.Record(WireType.Evidence, 3);
        ChainId chain = new(reader.Hash());
        Vote first = Vote.Read(reader);
        Vote second = Vote.Read(reader);
        reader.End();
        EvidenceFault? fault = Compare(first, second) < 0 ? FaultOf(first, second) : null;
        if (fault is null) reader.Fail();
        return new Evidence(chain, first, second, fault ?? default);
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out Evidence? evidence)
    {
        WireReader reader = new(bytes);
        evidence = Read(reader);
        if (!reader.Succeeded) evidence = null;
        return evidence is not null;
    }

    private static EvidenceFault? FaultOf(Vote first, Vote second)
    {
        if (first.Voter != second.Voter || first.Slot.Epoch != second.Slot.Epoch || first.Slot.View != second.Slot.View) return null;
        if (first.Value == second.Value) return null;
        if (first.Slot.Kind == second.Slot.Kind)
        {
            return first.Slot.Kind switch
            {
                VoteKind.Notarize => EvidenceFault.DoubleNotarize,
                VoteKind.Finalize => EvidenceFault.DoubleFinalize,
            };
        }

        // Who notarized a block may still give the view up.
        return second.Value is null ? null : EvidenceFault.Mismatch;
    }

    private static int Compare(Vote one, Vote other)
    {
        int bySlot = one.Slot.CompareTo(other.Slot);
        if (bySlot != 0) return bySlot;
        if (one.Value is not { } value) return other.Value is null ? 0 : -1;
        return other.Value is { } otherValue ? value.CompareTo(otherValue) : 1;
    }
}
