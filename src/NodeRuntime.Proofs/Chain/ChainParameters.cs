using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What a chain's genesis fixes about its ledger and its pace. Amounts in base units.</summary>
public sealed record ChainParameters
{
    /// <summary>Burned by every transaction.</summary>
    public required Amount TransactionFee { get; init; }

    /// <summary>A provider with less than this bonded may not bid.</summary>
    public required Amount BondMin { get; init; }

    /// <summary>From asking for a bond back to having it.</summary>
    public required Duration UnbondingTime { get; init; }

    /// <summary>From an order's acceptance to the close of its first auction, and of each later one.</summary>
    public required Duration AuctionWindow { get; init; }

    /// <summary>From a result to payout where the owner stays silent.</summary>
    public required Duration AcknowledgeWindow { get; init; }

    /// <summary>Share of the deposit that a provider without a result pays from its bond, in ten-thousandths.</summary>
    public required ushort MissedResultPenaltyBasisPoints { get; init; }

    /// <summary>Leases that one order may go through before it is refunded.</summary>
    public required byte AttemptsMax { get; init; }

    /// <summary>What the faucet pays for one call; zero on every chain but a development one.</summary>
    public required Amount FaucetAmount { get; init; }

    /// <summary>The shortest time from a block to its child.</summary>
    public required Duration BlockIntervalMin { get; init; }

    /// <summary>From a block to an empty child where nothing waits.</summary>
    public required Duration BlockIntervalIdle { get; init; }

    /// <summary>D0 of the protocol: the delay that the network is expected to keep.</summary>
    public required Duration NetworkDelay { get; init; }

    /// <summary>How far a header's time may be from a voter's clock.</summary>
    public required Duration ClockDriftMax { get; init; }

    public required SlashingParameters Slashing { get; init; }

    public static ChainParameters Development { get; } = new()
    {
        TransactionFee = new Amount(1_000),
        BondMin = Amount.FromTokens(100),
        UnbondingTime = Duration.FromMinutes(1),
        AuctionWindow = Duration.FromMilliseconds(800),
        AcknowledgeWindow = Duration.FromSeconds(20),
        MissedResultPenaltyBasisPoints = 1_000,
        AttemptsMax = 5,
        FaucetAmount = Amount.FromTokens(1_000),
        BlockIntervalMin = Duration.FromMilliseconds(250),
        BlockIntervalIdle = Duration.FromSeconds(2),
        NetworkDelay = Duration.FromMilliseconds(400),
        ClockDriftMax = Duration.FromSeconds(10),
        Slashing = SlashingParameters.Default,
    };

    public void Write(WireWriter writer)
    {
        // Version 1 knew nothing of slashing; a chain that began with it stays what it is.
        bool hasSlashing = Slashing != SlashingParameters.None;
        writer.Record(WireType.ParametersRecord, hasSlashing ? 13 : 12, version: (byte)(hasSlashing ? 2 : 1))
            .Amount(TransactionFee).Amount(BondMin).Duration(UnbondingTime).Duration(AuctionWindow)
            .Duration(AcknowledgeWindow).UInt64(MissedResultPenaltyBasisPoints).UInt64(AttemptsMax).Amount(FaucetAmount)
            .Duration(BlockIntervalMin).Duration(BlockIntervalIdle).Duration(NetworkDelay).Duration(ClockDriftMax);
        if (hasSlashing) Slashing.Write(writer);
        writer.End();
    }

    public static ChainParameters Read(WireReader reader)
    {
        int version = reader.Record(WireType.ParametersRecord, [12, 13]);
        ChainParameters parameters = new()
        {
            TransactionFee = reader.Amount(),
            BondMin = reader.Amount(),
            UnbondingTime = Positive(reader),
            AuctionWindow = Positive(reader),
            AcknowledgeWindow = Positive(reader),
            MissedResultPenaltyBasisPoints = reader.UInt16(),
            AttemptsMax = reader.Byte(),
            FaucetAmount = reader.Amount(),
            BlockIntervalMin = Positive(reader),
            BlockIntervalIdle = Positive(reader),
            NetworkDelay = Positive(reader),
            ClockDriftMax = Positive(reader),
            Slashing = version == 1 ? SlashingParameters.None : SlashingParameters.Read(reader),
        };
        reader.End();
        if (parameters.MissedResultPenaltyBasisPoints > 10_000 || parameters.AttemptsMax == 0) reader.Fail();
        return parameters;
    }

    // A year bounds every duration, so that sums with an instant cannot overflow.
    private static Duration Positive(WireReader reader)
    {
        Duration duration = reader.Duration();
        if (duration <= Duration.Zero || duration > Duration.FromMinutes(525_600)) reader.Fail();
        return duration;
    }
}
