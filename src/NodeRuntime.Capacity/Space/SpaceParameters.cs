using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>The numbers of row PoST. A row is always 1 KiB: 64 labels of 16 bytes.</summary>
public sealed record SpaceParameters
{
    public const int RowByteCount = 1024;
    public const int LabelByteCount = 16;
    public const int RowLabels = RowByteCount / LabelByteCount;
    public const int HitsNeededMax = 2048;
    public const int NoncesMax = 256;

    /// <summary>Rows of a unit.</summary>
    public required uint UnitRows { get; init; }

    /// <summary>KiB that a row's Argon2id fills: what makes a row dearer to make again than to keep.</summary>
    public required uint RowMemory { get; init; }

    /// <summary>K1: labels that a nonce hits on average in all that is scanned.</summary>
    public required int HitsExpected { get; init; }

    /// <summary>K2: hits that make a proof. A root of K1 above it and more, so that a missing part of the rows is felt.</summary>
    public required int HitsNeeded { get; init; }

    /// <summary>Nonces that may be tried, in groups of 16: so many tries, and no other freedom.</summary>
    public required int Nonces { get; init; }

    /// <summary>K3: labels of a proof that a verifier computes.</summary>
    public required int LabelsVerified { get; init; }

    /// <summary>Of a thousand units, how many a challenge scans.</summary>
    public required int ScanPerMille { get; init; }

    /// <summary>Units of one peer.</summary>
    public required uint UnitsMax { get; init; }

    /// <summary>From the beacon to the last moment of a proof.</summary>
    public required Duration Window { get; init; }

    /// <summary>From one challenge to the next.</summary>
    public required Duration Epoch { get; init; }

    /// <summary>1 GiB units of rows of 1 MiB.</summary>
    public static SpaceParameters Default { get; } = new()
    {
        UnitRows = 1 << 20,
        RowMemory = 1024,
        HitsExpected = 273,
        HitsNeeded = 300,
        Nonces = 128,
        LabelsVerified = 50,
        ScanPerMille = 250,
        UnitsMax = 1 << 16,
        Window = Duration.FromMinutes(12 * 60),
        Epoch = Duration.FromMinutes(24 * 60),
    };

    /// <summary>64 KiB units of rows of 64 KiB: plotted in a moment, and worth nothing against an enemy.</summary>
    public static SpaceParameters Development { get; } = Default with
    {
        UnitRows = 64,
        RowMemory = 64,
        ScanPerMille = 1000,
        Window = Duration.FromSeconds(20),
        Epoch = Duration.FromSeconds(60),
    };

    public long UnitByteCount => (long)UnitRows * RowByteCount;

    public ulong UnitLabels => (ulong)UnitRows * RowLabels;

    public void Write(WireWriter writer) => writer.Array(10)
        .UInt64(UnitRows).UInt64(RowMemory).UInt64((uint)HitsExpected).UInt64((uint)HitsNeeded).UInt64((uint)Nonces)
        .UInt64((uint)LabelsVerified).UInt64((uint)ScanPerMille).UInt64(UnitsMax).Duration(Window).Duration(Epoch).End();

    /// <summary>Any numbers; whether they are within their bounds <see cref="Check"/> says.</summary>
    public static SpaceParameters Read(WireReader reader)
    {
        if (reader.Array(10) != 10) reader.Fail();
        SpaceParameters parameters = new()
        {
            UnitRows = reader.UInt32(),
            RowMemory = reader.UInt32(),
            HitsExpected = reader.Int32(0, int.MaxValue),
            HitsNeeded = reader.Int32(0, int.MaxValue),
            Nonces = reader.Int32(0, int.MaxValue),
            LabelsVerified = reader.Int32(0, int.MaxValue),
            ScanPerMille = reader.Int32(0, int.MaxValue),
            UnitsMax = reader.UInt32(),
            Window = CapacityParameters.ReadDuration(reader),
            Epoch = CapacityParameters.ReadDuration(reader),
        };
        reader.End();
        return parameters;
    }

    public CapacityParametersVerdict Check()
    {
        if (UnitRows is < 32 or > 1 << 24) return CapacityParametersVerdict.UnitRowsOutOfRange;
        if (RowMemory is < 8 or > 64 * 1024) return CapacityParametersVerdict.RowMemoryOutOfRange;
        // One unit alone may be scanned: it must have labels enough for a threshold that means something.
        if (HitsExpected < 16 || HitsNeeded <= HitsExpected || HitsNeeded > HitsNeededMax || (ulong)HitsNeeded * 4 > UnitLabels)
        {
            return CapacityParametersVerdict.HitsOutOfRange;
        }

        if (Nonces is < 16 or > NoncesMax || Nonces % 16 != 0) return CapacityParametersVerdict.NoncesOutOfRange;
        if (LabelsVerified < 8 || LabelsVerified > HitsNeeded) return CapacityParametersVerdict.LabelsVerifiedOutOfRange;
        // Below a quarter a day, making rows again costs less than keeping them.
        if (ScanPerMille is < 250 or > 1000) return CapacityParametersVerdict.ScanOutOfRange;
        if (UnitsMax is < 1 or > 1 << 20) return CapacityParametersVerdict.UnitsMaxOutOfRange;
        return Window < Duration.FromSeconds(1) || Window > Epoch || Epoch > Duration.FromMinutes(24 * 60)
            ? CapacityParametersVerdict.WindowOutOfRange
            : CapacityParametersVerdict.Accepted;
    }
}
