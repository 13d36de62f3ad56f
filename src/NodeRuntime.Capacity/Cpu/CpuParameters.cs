using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>The share ledger's numbers.</summary>
public sealed record CpuParameters
{
    public const int BucketBitsMax = 12;
    public const int UnitBitsMax = 10;
    public const int OpenedSharesMax = 32;

    public required WorkKind Kind { get; init; }

    /// <summary>One commitment, one beacon.</summary>
    public required Duration Slice { get; init; }

    /// <summary>From the slice's beacon on, a peer works so long. A tenth of the slice: the rest is for paid work.</summary>
    public required Duration Duty { get; init; }

    /// <summary>From the slice's beacon to the last moment of a commitment: duty, and what a network takes.</summary>
    public required Duration SubmitBy { get; init; }

    public required int SlicesPerDay { get; init; }

    /// <summary>Hashes that a share takes on average: its target is 2^128 over this.</summary>
    public required uint WorkPerShare { get; init; }

    /// <summary>Nonces of a bucket, which holds one share at most. Three times the work of a share leaves 5 of 100 buckets empty.</summary>
    public required int BucketNonces { get; init; }

    /// <summary>A unit has 2^this buckets in a slice.</summary>
    public required int BucketBits { get; init; }

    /// <summary>A peer has up to 2^this units. A unit is what one thread searches.</summary>
    public required int UnitBits { get; init; }

    /// <summary>Shares that a slice's successor opens.</summary>
    public required int OpenedShares { get; init; }

    /// <summary>Verifiers drawn for each commitment.</summary>
    public required int Verifiers { get; init; }

    /// <summary>Of a thousand peers, how many must show in a checking slice that their dataset is theirs alone.</summary>
    public required int MemoryCheckPerMille { get; init; }

    /// <summary>From the slice's beacon on, in a checking slice: time to make a dataset, before the duty.</summary>
    public required Duration MemoryPreparation { get; init; }

    /// <summary>What makes one unit to sell, in thousandths of a hash a second.</summary>
    public required ulong ReferenceRate { get; init; }

    /// <summary>What a forged share costs, in slices' rewards.</summary>
    public required int ForgeryPenaltySlices { get; init; }

    public static CpuParameters Default { get; } = new()
    {
        Kind = WorkKind.RandomX,
        Slice = Duration.FromMinutes(10),
        Duty = Duration.FromSeconds(60),
        SubmitBy = Duration.FromSeconds(90),
        SlicesPerDay = 144,
        WorkPerShare = 352,
        BucketNonces = 1024,
        BucketBits = 10,
        UnitBits = 8,
        OpenedShares = 4,
        Verifiers = 3,
        MemoryCheckPerMille = 10,
        MemoryPreparation = Duration.FromSeconds(180),
        ReferenceRate = 235_000,
        ForgeryPenaltySlices = 20,
    };

    public static CpuParameters Development { get; } = Default with
    {
        Kind = WorkKind.AesRoMix,
        Slice = Duration.FromSeconds(10),
        Duty = Duration.FromSeconds(1),
        SubmitBy = Duration.FromSeconds(4),
        MemoryPreparation = Duration.FromSeconds(3),
        WorkPerShare = 16,
        BucketNonces = 64,
        ReferenceRate = 1_000_000,
    };

    /// <summary>Leaves of a commitment's tree are at this depth.</summary>
    public int TreeDepth => BucketBits + UnitBits;

    public int BucketCount => 1 << BucketBits;

    public void Write(WireWriter writer) => writer.Array(15)
        .UInt64((byte)Kind).Duration(Slice).Duration(Duty).Duration(SubmitBy).UInt64((uint)SlicesPerDay).UInt64(WorkPerShare)
        .UInt64((uint)BucketNonces).UInt64((uint)BucketBits).UInt64((uint)UnitBits).UInt64((uint)OpenedShares).UInt64((uint)Verifiers)
        .UInt64((uint)MemoryCheckPerMille).Duration(MemoryPreparation).UInt64(ReferenceRate).UInt64((uint)ForgeryPenaltySlices).End();

    /// <summary>Any numbers; whether they are within their bounds <see cref="Check"/> says.</summary>
    public static CpuParameters Read(WireReader reader)
    {
        if (reader.Array(15) != 15) reader.Fail();
        CpuParameters parameters = new()
        {
            Kind = (WorkKind)reader.Byte(),
            Slice = CapacityParameters.ReadDuration(reader),
            Duty = CapacityParameters.ReadDuration(reader),
            SubmitBy = CapacityParameters.ReadDuration(reader),
            SlicesPerDay = reader.Int32(0, int.MaxValue),
            WorkPerShare = reader.UInt32(),
            BucketNonces = reader.Int32(0, int.MaxValue),
            BucketBits = reader.Int32(0, int.MaxValue),
            UnitBits = reader.Int32(0, int.MaxValue),
            OpenedShares = reader.Int32(0, int.MaxValue),
            Verifiers = reader.Int32(0, int.MaxValue),
            MemoryCheckPerMille = reader.Int32(0, int.MaxValue),
            MemoryPreparation = CapacityParameters.ReadDuration(reader),
            ReferenceRate = reader.UInt64(),
            ForgeryPenaltySlices = reader.Int32(0, int.MaxValue),
        };
        reader.End();
        return parameters;
    }

    public CapacityParametersVerdict Check()
    {
        if (Kind is not (WorkKind.RandomX or WorkKind.AesRoMix)) return CapacityParametersVerdict.WorkKindUnknown;
        if (Slice < Duration.FromSeconds(1) || Slice > Duration.FromMinutes(60)) return CapacityParametersVerdict.SliceOutOfRange;
        if (Duty < Duration.FromMilliseconds(100) || Duty > SubmitBy || SubmitBy > Slice) return CapacityParametersVerdict.DutyOutOfRange;
        if (SlicesPerDay is < 1 or > 86_400) return CapacityParametersVerdict.SlicesPerDayOutOfRange;
        if (WorkPerShare is < 1 or > 1 << 20) return CapacityParametersVerdict.WorkPerShareOutOfRange;
        if (BucketNonces < 1 || BucketNonces > ushort.MaxValue || BucketBits is < 1 or > BucketBitsMax) return CapacityParametersVerdict.BucketOutOfRange;
        if (UnitBits is < 0 or > UnitBitsMax) return CapacityParametersVerdict.UnitBitsOutOfRange;
        if (OpenedShares is < 1 or > OpenedSharesMax) return CapacityParametersVerdict.OpenedSharesOutOfRange;
        if (Verifiers is < 1 or > 15 || Verifiers % 2 == 0) return CapacityParametersVerdict.VerifiersOutOfRange;
        if (MemoryCheckPerMille is < 0 or > 1000 || MemoryPreparation < Duration.Zero || MemoryPreparation + SubmitBy > Slice)
        {
            return CapacityParametersVerdict.MemoryCheckOutOfRange;
        }

        if (ReferenceRate is < 1 or > 1UL << 40) return CapacityParametersVerdict.ReferenceRateOutOfRange;
        return ForgeryPenaltySlices is < 20 or > 100_000 ? CapacityParametersVerdict.ForgeryPenaltyOutOfRange : CapacityParametersVerdict.Accepted;
    }
}
