using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests;

public sealed class ParametersTests
{
    private static readonly CpuParameters Cpu = CpuParameters.Default;
    private static readonly SpaceParameters Space = SpaceParameters.Default;

    public static TheoryData<CapacityParametersVerdict, CapacityParameters> Rows => new()
    {
        { CapacityParametersVerdict.Accepted, CapacityParameters.Default },
        { CapacityParametersVerdict.Accepted, CapacityParameters.Development },
        { CapacityParametersVerdict.WorkKindUnknown, With(Cpu with { Kind = (WorkKind)9 }) },
        { CapacityParametersVerdict.SliceOutOfRange, With(Cpu with { Slice = Duration.FromMilliseconds(999) }) },
        { CapacityParametersVerdict.DutyOutOfRange, With(Cpu with { Duty = Duration.FromSeconds(91) }) },
        { CapacityParametersVerdict.DutyOutOfRange, With(Cpu with { SubmitBy = Duration.FromSeconds(601) }) },
        { CapacityParametersVerdict.SlicesPerDayOutOfRange, With(Cpu with { SlicesPerDay = 0 }) },
        { CapacityParametersVerdict.WorkPerShareOutOfRange, With(Cpu with { WorkPerShare = 0 }) },
        { CapacityParametersVerdict.BucketOutOfRange, With(Cpu with { BucketNonces = 65_536 }) },
        { CapacityParametersVerdict.BucketOutOfRange, With(Cpu with { BucketBits = 13 }) },
        { CapacityParametersVerdict.UnitBitsOutOfRange, With(Cpu with { UnitBits = 11 }) },
        { CapacityParametersVerdict.OpenedSharesOutOfRange, With(Cpu with { OpenedShares = 33 }) },
        { CapacityParametersVerdict.VerifiersOutOfRange, With(Cpu with { Verifiers = 2 }) },
        { CapacityParametersVerdict.MemoryCheckOutOfRange, With(Cpu with { MemoryCheckPerMille = 1001 }) },
        { CapacityParametersVerdict.MemoryCheckOutOfRange, With(Cpu with { MemoryPreparation = Duration.FromSeconds(511) }) },
        { CapacityParametersVerdict.ReferenceRateOutOfRange, With(Cpu with { ReferenceRate = 0 }) },
        { CapacityParametersVerdict.ForgeryPenaltyOutOfRange, With(Cpu with { ForgeryPenaltySlices = 19 }) },
        { CapacityParametersVerdict.UnitRowsOutOfRange, With(Space with { UnitRows = 31 }) },
        { CapacityParametersVerdict.RowMemoryOutOfRange, With(Space with { RowMemory = 7 }) },
        { CapacityParametersVerdict.HitsOutOfRange, With(Space with { HitsNeeded = 273 }) },
        { CapacityParametersVerdict.HitsOutOfRange, With(Space with { UnitRows = 32, HitsNeeded = 2048 }) },
        { CapacityParametersVerdict.NoncesOutOfRange, With(Space with { Nonces = 24 }) },
        { CapacityParametersVerdict.LabelsVerifiedOutOfRange, With(Space with { LabelsVerified = 301 }) },
        { CapacityParametersVerdict.ScanOutOfRange, With(Space with { ScanPerMille = 249 }) },
        { CapacityParametersVerdict.UnitsMaxOutOfRange, With(Space with { UnitsMax = 0 }) },
        { CapacityParametersVerdict.WindowOutOfRange, With(Space with { Window = Space.Epoch + Duration.FromSeconds(1) }) },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_bound_that_does_not_hold_has_its_name(CapacityParametersVerdict verdict, CapacityParameters parameters) =>
        Assert.Equal(verdict, parameters.Check());

    private static CapacityParameters With(CpuParameters cpu) => new(cpu, Space);

    private static CapacityParameters With(SpaceParameters space) => new(Cpu, space);
}
