using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// What a validator votes for. <see cref="ParentStateRoot"/> is the root of the state after the parent: state after
/// height h is proven by the certified header of a child of h.
/// </summary>
public sealed record BlockHeader
{
    public required ChainId Chain { get; init; }

    public required Epoch Epoch { get; init; }

    public required View View { get; init; }

    public required Height Height { get; init; }

    public required View ParentView { get; init; }

    /// <summary>The parent's digest; for the first block, the chain id.</summary>
    public required Hash256 ParentDigest { get; init; }

    public required Hash256 JustificationHash { get; init; }

    /// <summary>RFC 9162 tree over the encoded transactions.</summary>
    public required Hash256 BodyRoot { get; init; }

    public required Hash256 ParentStateRoot { get; init; }

    /// <summary>Ledger time: later than the parent's and near every voter's clock. Whole milliseconds.</summary>
    public required Instant Time { get; init; }

    public required ValidatorIndex Proposer { get; init; }

    /// <summary>One bit per validator whom the proposer heard in the last rotation, lowest index in the lowest bit.</summary>
    public required ImmutableArray<byte> Participation { get; init; }

    /// <summary>RFC 9162 tree over the evidence in the body; the empty tree's root where there is none.</summary>
    public required Hash256 EvidenceRoot { get; init; }

    /// <summary>
    /// The hash of the set that follows: this block seals its epoch, and the next one begins with its child. None in every other block.
    /// </summary>
    public Hash256? NextSetHash { get; init; }

    /// <summary>What the proposer shows of the chain that it committed to; null where none of it is due. See <see cref="Chain.Beacon"/>.</summary>
    public Hash256? Reveal { get; init; }

    /// <summary>The chain's randomness after this block.</summary>
    public required Hash256 Beacon { get; init; }

    public bool IsSeal => NextSetHash is not null;

    public Hash256 Digest => Hasher.Tagged(HashDomain.Header, Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) => writer.Record(WireType.Header, 16)
        .Hash(Chain.Hash).UInt64(Epoch.Number).UInt64(View.Number).UInt64(Height.Number).UInt64(ParentView.Number)
        .Hash(ParentDigest).Hash(JustificationHash).Hash(BodyRoot).Hash(ParentStateRoot).Int64(Time.Milliseconds)
        .UInt64(Proposer.Number).Bytes(Participation.AsSpan()).Hash(EvidenceRoot)
        .OptionalHash(NextSetHash).OptionalHash(Reveal).Hash(Beacon).End();

    public static BlockHeader Read(WireReader reader)
    {
        reader.Record(WireType.Header, 16);
        BlockHeader header = new()
        {
            Chain = new ChainId(reader.Hash()),
            Epoch = new Epoch(reader.UInt32()),
            View = new View(reader.UInt64()),
            Height = new Height(reader.UInt64()),
            ParentView = new View(reader.UInt64()),
            ParentDigest = reader.Hash(),
            JustificationHash = reader.Hash(),
            BodyRoot = reader.Hash(),
            ParentStateRoot = reader.Hash(),
            Time = ReadTime(reader),
            Proposer = new ValidatorIndex(reader.UInt16()),
            Participation = [.. reader.Bytes((Limits.ValidatorsMax + 7) / 8)],
            EvidenceRoot = reader.Hash(),
            NextSetHash = reader.OptionalHash(),
            Reveal = reader.OptionalHash(),
            Beacon = reader.Hash(),
        };
        reader.End();
        return header;
    }

    // Up to the year 9999, so that arithmetic with parameters cannot overflow.
    private static Instant ReadTime(WireReader reader)
    {
        long milliseconds = reader.Int64();
        if (milliseconds is >= 0 and <= 253_402_300_799_999) return Instant.FromMilliseconds(milliseconds);
        reader.Fail();
        return Instant.Epoch;
    }
}
