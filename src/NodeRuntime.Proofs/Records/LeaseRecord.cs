using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

public enum LeaseState : byte
{
    /// <summary>The provider waits for program and inputs.</summary>
    Opened = 1,

    /// <summary>Charging accrues.</summary>
    Ready = 2,

    /// <summary>A result is committed; the owner may acknowledge it or let the window pass.</summary>
    ResultReported = 3,

    /// <summary>Paid out.</summary>
    Settled = 4,

    /// <summary>Not ready by the deadline: nothing is charged, nobody is at proven fault.</summary>
    NotReady = 5,

    /// <summary>Ready, but no result by the deadline: nothing is charged and the bond pays the penalty.</summary>
    ResultMissed = 6,

    /// <summary>The owner ended it and paid what had accrued.</summary>
    Closed = 7,
}

/// <summary>A lease as the ledger keeps it: who runs what for whom at which price, and how it was settled.</summary>
public sealed record LeaseRecord
{
    public required OrderId Order { get; init; }

    public required AccountId Owner { get; init; }

    public required AccountId Provider { get; init; }

    public required Amount PricePerSecond { get; init; }

    public required LeaseState State { get; init; }

    public required Instant OpenedAt { get; init; }

    public required Instant ReadyBy { get; init; }

    /// <summary>Ledger time of Ready; the epoch's instant where it never came. Likewise below.</summary>
    public required Instant ReadyAt { get; init; }

    public required Instant ResultBy { get; init; }

    public required Instant ResultAt { get; init; }

    /// <summary>The digest of the hand-over that owner and provider signed; zero before Ready.</summary>
    public required Hash256 HandOver { get; init; }

    /// <summary>Zero before a result.</summary>
    public required Hash256 ResultCommitment { get; init; }

    public required uint ChargedSeconds { get; init; }

    public required Amount Paid { get; init; }

    public required Amount Refunded { get; init; }

    /// <summary>Taken from the provider's bond and given to the owner.</summary>
    public required Amount Penalty { get; init; }

    public void Write(WireWriter writer) => writer.Record(WireType.LeaseRecord, 16)
        .Hash(Order.Hash).Hash(Owner.Hash).Hash(Provider.Hash).Amount(PricePerSecond).UInt64((byte)State)
        .Instant(OpenedAt).Instant(ReadyBy).Instant(ReadyAt).Instant(ResultBy).Instant(ResultAt)
        .Hash(HandOver).Hash(ResultCommitment).UInt64(ChargedSeconds).Amount(Paid).Amount(Refunded).Amount(Penalty).End();

    public static LeaseRecord Read(WireReader reader)
    {
        reader.Record(WireType.LeaseRecord, 16);
        LeaseRecord record = new()
        {
            Order = new OrderId(reader.Hash()),
            Owner = new AccountId(reader.Hash()),
            Provider = new AccountId(reader.Hash()),
            PricePerSecond = reader.Amount(),
            State = (LeaseState)reader.Byte(),
            OpenedAt = reader.Instant(),
            ReadyBy = reader.Instant(),
            ReadyAt = reader.Instant(),
            ResultBy = reader.Instant(),
            ResultAt = reader.Instant(),
            HandOver = reader.Hash(),
            ResultCommitment = reader.Hash(),
            ChargedSeconds = reader.UInt32(),
            Paid = reader.Amount(),
            Refunded = reader.Amount(),
            Penalty = reader.Amount(),
        };
        reader.End();
        if (record.State is < LeaseState.Opened or > LeaseState.Closed) reader.Fail();
        return record;
    }
}
