using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What a chain's genesis fixes about its ledger and its pace. Amounts in base units.</summary>
public sealed record ChainParameters
{
    /// <summary>The next set learns that it is due from a final block and says so in a later one: fewer blocks would leave no time.</summary>
    public const uint EpochBlocksMin = 4;

    public const uint EpochBlocksMax = 10_000_000;

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

    /// <summary>The most validators of one epoch; the greatest stakes have the places.</summary>
    public required byte ValidatorsMax { get; init; }

    /// <summary>Whoever has less bonded is no validator.</summary>
    public required Amount ValidatorBondMin { get; init; }

    /// <summary>The bond behind one vote: a validator's weight is how many of these it has bonded.</summary>
    public required Amount BondPerVote { get; init; }

    /// <summary>
    /// Blocks from one look at the stakes to the next. Where the look finds another set, that set is due until the next look, and a block
    /// between them seals the epoch as soon as a quorum of it is ready.
    /// </summary>
    public required uint EpochBlocks { get; init; }

    public required BeaconParameters Beacon { get; init; }

    public required SlashingParameters Slashing { get; init; }

    /// <summary>Null: this chain neither proves nor rewards capacity, and providers bid with their bond alone.</summary>
    public CapacityTerms? Capacity { get; init; }

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
        ValidatorsMax = Limits.ValidatorsMax,
        ValidatorBondMin = Amount.FromTokens(100),
        BondPerVote = Amount.FromTokens(100),
        EpochBlocks = 16,
        Beacon = BeaconParameters.Development,
        Slashing = SlashingParameters.Default,
    };

    public void Write(WireWriter writer)
    {
        // Version 1 knew nothing of slashing, version 2 nothing of capacity; a chain that began with one stays what it is.
        bool hasSlashing = Slashing != SlashingParameters.None;
        Invariant.Holds(hasSlashing || Capacity is null);
        int version = Capacity is not null ? 3 : hasSlashing ? 2 : 1;
        writer.Record(WireType.ParametersRecord, 16 + version, (byte)version)
            .Amount(TransactionFee).Amount(BondMin).Duration(UnbondingTime).Duration(AuctionWindow)
            .Duration(AcknowledgeWindow).UInt64(MissedResultPenaltyBasisPoints).UInt64(AttemptsMax).Amount(FaucetAmount)
            .Duration(BlockIntervalMin).Duration(BlockIntervalIdle).Duration(NetworkDelay).Duration(ClockDriftMax)
            .UInt64(ValidatorsMax).Amount(ValidatorBondMin).Amount(BondPerVote).UInt64(EpochBlocks);
        Beacon.Write(writer);
        if (hasSlashing) Slashing.Write(writer);
        Capacity?.Write(writer);
        writer.End();
    }

    public static ChainParameters Read(WireReader reader)
    {
        int version = reader.Record(WireType.ParametersRecord, [17, 18, 19]);
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
            ValidatorsMax = reader.Byte(),
            ValidatorBondMin = reader.Amount(),
            BondPerVote = reader.Amount(),
            EpochBlocks = reader.UInt32(),
            Beacon = BeaconParameters.Read(reader),
            Slashing = version == 1 ? SlashingParameters.None : SlashingParameters.Read(reader),
            Capacity = version < 3 ? null : CapacityTerms.Read(reader),
        };
        reader.End();
        if (parameters.ValidatorsMax is 0 or > Limits.ValidatorsMax) reader.Fail();
        // A bond that suffices is worth a vote, and a look at the stakes has time to be acted upon.
        if (parameters.BondPerVote == Amount.Zero || parameters.ValidatorBondMin < parameters.BondPerVote) reader.Fail();
        if (parameters.Beacon.MissedPenalty > parameters.ValidatorBondMin) reader.Fail();
        if (parameters.EpochBlocks is < EpochBlocksMin or > EpochBlocksMax) reader.Fail();
        if (!reader.Failed && parameters.Capacity?.Check(parameters.Beacon) is not (null or CapacityTermsVerdict.Accepted)) reader.Fail();
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
