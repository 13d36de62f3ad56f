using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>
/// The bids for an order's auction, each a provider and its price, in the order of their acceptance; and the providers
/// that had a lease for it and failed, whose bids are refused.
/// </summary>
public sealed record BidRecord(ImmutableArray<Bid> Bids, ImmutableArray<AccountId> Excluded)
{
    public static BidRecord Empty { get; } = new([], []);

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.BidRecord, 2).Array(Bids.Length);
        foreach (Bid bid in Bids) writer.Array(2).Hash(bid.Provider.Hash).Amount(bid.PricePerSecond).End();
        writer.End().Array(Excluded.Length);
        foreach (AccountId provider in Excluded) writer.Hash(provider.Hash);
        writer.End().End();
    }

    public static BidRecord Read(WireReader reader)
    {
        reader.Record(WireType.BidRecord, 2);
        BidRecord record = new(
            reader.List(Limits.BidsPerOrderMax, ReadBid),
            reader.List(byte.MaxValue, static r => new AccountId(r.Hash())));
        reader.End();
        return record;
    }

    private static Bid ReadBid(WireReader reader)
    {
        reader.Array(2);
        Bid bid = new(new AccountId(reader.Hash()), reader.Amount());
        reader.End();
        return bid;
    }
}

/// <summary>A provider's price per second for an order.</summary>
public readonly record struct Bid(AccountId Provider, Amount PricePerSecond);
