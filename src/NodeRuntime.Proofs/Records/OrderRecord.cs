using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Proofs.Records;

public enum OrderState : byte
{
    /// <summary>Waits for bids or for its auction's end.</summary>
    Open = 1,
    Leased = 2,

    /// <summary>A lease was settled.</summary>
    Completed = 3,
    Cancelled = 4,

    /// <summary>No lease came in time, or every attempt failed; the deposit went back.</summary>
    Expired = 5,
}

/// <summary>An order as the ledger keeps it.</summary>
public sealed record OrderRecord
{
    public required AccountId Owner { get; init; }

    public required OrderTerms Terms { get; init; }

    public required OrderState State { get; init; }

    /// <summary>What is locked for it now; zero once settled or refunded.</summary>
    public required Amount Escrow { get; init; }

    public required Instant AcceptedAt { get; init; }

    /// <summary>When the auction under way ends.</summary>
    public required Instant AuctionEndsAt { get; init; }

    /// <summary>Leases opened so far.</summary>
    public required byte Attempts { get; init; }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.OrderRecord, 7).Hash(Owner.Hash);
        Terms.Write(writer);
        writer.UInt64((byte)State).Amount(Escrow).Instant(AcceptedAt).Instant(AuctionEndsAt).UInt64(Attempts).End();
    }

    public static OrderRecord Read(WireReader reader)
    {
        reader.Record(WireType.OrderRecord, 7);
        OrderRecord record = new()
        {
            Owner = new AccountId(reader.Hash()),
            Terms = OrderTerms.Read(reader),
            State = (OrderState)reader.Byte(),
            Escrow = reader.Amount(),
            AcceptedAt = reader.Instant(),
            AuctionEndsAt = reader.Instant(),
            Attempts = reader.Byte(),
        };
        reader.End();
        if (record.State is < OrderState.Open or > OrderState.Expired) reader.Fail();
        return record;
    }
}
