using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What a chain's genesis fixes about proofs of capacity: how it is proven, what a unit earns, what a fault costs. Why: docs/adr/0017-capacity-on-the-ledger.md.</summary>
public sealed record CapacityTerms
{
    /// <summary>A sixth of a month of ten-minute slices in one window would be a record of several kilobytes for each provider.</summary>
    public const int SlicesPerDayMax = 1440;

    /// <summary>What a false proof of space costs at least, in epochs' rewards: the simulated cheats are judged by it.</summary>
    public const ulong SpacePenaltyEpochs = 30;

    /// <summary>The best that one withheld reveal gains is this part of all slices' reward (docs/capacity.md): it must cost more.</summary>
    public const ulong RevealGainDivisor = 1280;

    public required CapacityParameters Proofs { get; init; }

    public required KindTerms Cpu { get; init; }

    public required KindTerms Space { get; init; }

    /// <summary>Days of ledger time after which rewards are half of what they were: 1 to 36,500.</summary>
    public required ushort HalvingDays { get; init; }

    /// <summary>What rewards never fall below, in thousandths of the first: 0 to 1,000.</summary>
    public required ushort TailPerMille { get; init; }

    /// <summary>Faults in a row from which on each costs: 2 to 100.</summary>
    public required byte FaultsInRow { get; init; }

    /// <summary>What it costs then, in periods' rewards: 1 to 100.</summary>
    public required byte FaultPenaltyPeriods { get; init; }

    /// <summary>Maintenance that a provider may declare in 30 days: at most 72 hours.</summary>
    public required Duration MaintenanceMax { get; init; }

    /// <summary>Burned where an accusation shows nothing: at least one unit.</summary>
    public required Amount AccusationDeposit { get; init; }

    /// <summary>Whether only providers whose capacity is proven may bid.</summary>
    public required bool BidsNeedProof { get; init; }

    /// <summary>A development chain: seconds instead of minutes, and the work function that needs no library.</summary>
    public static CapacityTerms Development { get; } = new()
    {
        Proofs = new CapacityParameters(
            CpuParameters.Development with
            {
                Slice = Duration.FromSeconds(6),
                Duty = Duration.FromMilliseconds(400),
                SubmitBy = Duration.FromMilliseconds(2500),
                MemoryPreparation = Duration.Zero,
                WorkPerShare = 8,
                BucketNonces = 32,
                ReferenceRate = 5_000,
            },
            Capacity.Space.SpaceParameters.Development with { Epoch = Duration.FromSeconds(6), Window = Duration.FromMilliseconds(2500) }),
        Cpu = new KindTerms(new Amount(2_000_000), new Amount(600_000), new Amount(100_000)),
        Space = new KindTerms(new Amount(3_000_000), new Amount(600_000), new Amount(100_000)),
        HalvingDays = 1_461,
        TailPerMille = 50,
        FaultsInRow = 3,
        FaultPenaltyPeriods = 3,
        MaintenanceMax = Duration.FromMinutes(8 * 60),
        AccusationDeposit = Amount.FromTokens(1),
        BidsNeedProof = true,
    };

    /// <summary>"full" where RandomX is asked for, else "liveness".</summary>
    public string Grade => Proofs.Cpu.Kind == WorkKind.RandomX ? "full" : "liveness";

    public KindTerms Of(CapacityKind kind) => kind switch
    {
        CapacityKind.Cpu => Cpu,
        CapacityKind.Space => Space,
    };

    /// <summary>The first bound that does not hold, of these numbers and against each other.</summary>
    public CapacityTermsVerdict Check(BeaconParameters beacon)
    {
        if (Proofs.Check() != CapacityParametersVerdict.Accepted || Proofs.Cpu.SlicesPerDay > SlicesPerDayMax) return CapacityTermsVerdict.ProofsOutOfRange;
        if (!ProofsFit()) return CapacityTermsVerdict.ProofTooLarge;
        // From the closing of a period on there must be time to open, to look and to say so.
        Duration cpuClosing = Proofs.Cpu.SubmitBy + Proofs.Cpu.MemoryPreparation;
        if (cpuClosing * 4 > Proofs.Cpu.Slice * 3 || Proofs.Space.Window * 4 > Proofs.Space.Epoch * 3) return CapacityTermsVerdict.ClosingTooLate;
        if (!Cpu.IsBounded || !Space.IsBounded) return CapacityTermsVerdict.AmountOutOfRange;
        if (Cpu.CollateralPerUnit < Cpu.CapPerUnit * (ulong)Proofs.Cpu.ForgeryPenaltySlices) return CapacityTermsVerdict.CollateralTooLow;
        if (Space.CollateralPerUnit < Space.CapPerUnit * SpacePenaltyEpochs) return CapacityTermsVerdict.CollateralTooLow;
        if (HalvingDays is < 1 or > 36_500) return CapacityTermsVerdict.HalvingOutOfRange;
        if (TailPerMille > 1000) return CapacityTermsVerdict.TailOutOfRange;
        if (FaultsInRow is < 2 or > 100 || FaultPenaltyPeriods is < 1 or > 100) return CapacityTermsVerdict.FaultsOutOfRange;
        if (Cpu.CollateralPerUnit < Cpu.CapPerUnit * FaultPenaltyPeriods) return CapacityTermsVerdict.CollateralTooLow;
        if (Space.CollateralPerUnit < Space.CapPerUnit * FaultPenaltyPeriods) return CapacityTermsVerdict.CollateralTooLow;
        if (MaintenanceMax < Duration.Zero || MaintenanceMax > Duration.FromMinutes(72 * 60)) return CapacityTermsVerdict.MaintenanceOutOfRange;
        if (AccusationDeposit == Amount.Zero || AccusationDeposit > KindTerms.AmountMax) return CapacityTermsVerdict.DepositOutOfRange;
        // By division, which cannot overflow; strictly more, and whoever withholds may have all the capacity there is.
        return beacon.MissedPenalty.Units <= Cpu.PoolPerPeriod.Units / RevealGainDivisor
            ? CapacityTermsVerdict.RevealTooCheap
            : CapacityTermsVerdict.Accepted;
    }

    public void Write(WireWriter writer)
    {
        writer.Array(10);
        Proofs.Write(writer);
        Cpu.Write(writer);
        Space.Write(writer);
        writer.UInt64(HalvingDays).UInt64(TailPerMille).UInt64(FaultsInRow).UInt64(FaultPenaltyPeriods)
            .Duration(MaintenanceMax).Amount(AccusationDeposit).Bool(BidsNeedProof).End();
    }

    /// <summary>Well formed; whether it goes with a chain's beacon <see cref="Check"/> says.</summary>
    public static CapacityTerms Read(WireReader reader)
    {
        if (reader.Array(10) != 10) reader.Fail();
        CapacityTerms terms = new()
        {
            Proofs = CapacityParameters.Read(reader),
            Cpu = KindTerms.Read(reader),
            Space = KindTerms.Read(reader),
            HalvingDays = reader.UInt16(),
            TailPerMille = reader.UInt16(),
            FaultsInRow = reader.Byte(),
            FaultPenaltyPeriods = reader.Byte(),
            MaintenanceMax = reader.Duration(),
            AccusationDeposit = reader.Amount(),
            BidsNeedProof = reader.Bool(),
        };
        reader.End();
        return terms;
    }

    // A share and its way, and the numbers of a proof of space, as they are written at their longest.
    private bool ProofsFit()
    {
        int opening = Proofs.Cpu.OpenedShares * (32 + (Proofs.Cpu.TreeDepth * 40));
        int indices = Proofs.Space.HitsNeeded * 50 / 8;
        return opening + 64 <= Limits.CapacityProofBytesMax && indices + 128 <= Limits.CapacityProofBytesMax;
    }
}

/// <summary>What is said of a chain's terms, in the order of the checks.</summary>
public enum CapacityTermsVerdict
{
    Accepted,
    ProofsOutOfRange,

    /// <summary>An answer could be larger than the ledger takes.</summary>
    ProofTooLarge,

    /// <summary>Answers may come until too short before the period's end.</summary>
    ClosingTooLate,
    AmountOutOfRange,

    /// <summary>A fault could cost more than what stands behind it.</summary>
    CollateralTooLow,
    HalvingOutOfRange,
    TailOutOfRange,
    FaultsOutOfRange,
    MaintenanceOutOfRange,
    DepositOutOfRange,

    /// <summary>A validator that keeps a reveal back would lose less than its better beacon may be worth.</summary>
    RevealTooCheap,
}
