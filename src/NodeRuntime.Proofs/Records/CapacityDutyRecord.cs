using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>What one provider owes and has shown of one kind of capacity.</summary>
public sealed record CapacityDutyRecord
{
    /// <summary>A day of slices, two numbers each.</summary>
    public const int MemoryByteCountMax = 16 * 1024;

    public required AccountId Account { get; init; }

    /// <summary>Committed until <see cref="NextFrom"/>.</summary>
    public required uint Units { get; init; }

    /// <summary>Committed from that period on; none ends the duty.</summary>
    public required uint NextUnits { get; init; }

    public required uint NextFrom { get; init; }

    /// <summary>Its place among those who verify.</summary>
    public required uint Seat { get; init; }

    /// <summary>The period that is judged next.</summary>
    public required uint Judged { get; init; }

    /// <summary>When: the line of the calendar.</summary>
    public required Instant JudgedAt { get; init; }

    /// <summary>Units that it proved last; nothing after a fault.</summary>
    public uint Proven { get; init; }

    /// <summary>The period that it last proved something in; 0 for none.</summary>
    public uint LastProven { get; init; }

    /// <summary>Proven in a period that is not paid yet.</summary>
    public uint OwedUnits { get; init; }

    public uint OwedPeriod { get; init; }

    public Amount Earned { get; init; }

    /// <summary>In a row, since the last that passed or cost something.</summary>
    public uint FaultsInRow { get; init; }

    public uint Faults { get; init; }

    /// <summary>Fraud proofs that held against it.</summary>
    public uint Convictions { get; init; }

    /// <summary>Times since it was judged last that it was drawn to look, and said nothing.</summary>
    public uint Silences { get; init; }

    /// <summary>Leases that are ready on it: each takes one unit.</summary>
    public uint Leased { get; init; }

    /// <summary>What <see cref="Leased"/> was when <see cref="LeasedPeriod"/> began.</summary>
    public uint LeasedBefore { get; init; }

    public uint LeasedPeriod { get; init; }

    /// <summary>What the kind remembers of it.</summary>
    public ReadOnlyMemory<byte> Memory { get; init; }

    public uint UnitsIn(uint period) => period >= NextFrom ? NextUnits : Units;

    /// <summary>What a bond must stand behind.</summary>
    public uint UnitsBacked => Math.Max(Units, NextUnits);

    /// <summary>Units that ran a paid lease as a period began.</summary>
    public uint LeasedIn(uint period) => period == LeasedPeriod ? LeasedBefore : Leased;

    public void Write(WireWriter writer) => writer.Record(WireType.CapacityDutyRecord, 20)
        .Hash(Account.Hash).UInt64(Units).UInt64(NextUnits).UInt64(NextFrom).UInt64(Seat).UInt64(Judged).Instant(JudgedAt)
        .UInt64(Proven).UInt64(LastProven).UInt64(OwedUnits).UInt64(OwedPeriod).Amount(Earned).UInt64(FaultsInRow).UInt64(Faults).UInt64(Convictions)
        .UInt64(Silences).UInt64(Leased).UInt64(LeasedBefore).UInt64(LeasedPeriod).Bytes(Memory.Span).End();

    public static CapacityDutyRecord Read(WireReader reader)
    {
        reader.Record(WireType.CapacityDutyRecord, 20);
        CapacityDutyRecord record = new()
        {
            Account = new AccountId(reader.Hash()),
            Units = reader.UInt32(),
            NextUnits = reader.UInt32(),
            NextFrom = reader.UInt32(),
            Seat = reader.UInt32(),
            Judged = reader.UInt32(),
            JudgedAt = reader.Instant(),
            Proven = reader.UInt32(),
            LastProven = reader.UInt32(),
            OwedUnits = reader.UInt32(),
            OwedPeriod = reader.UInt32(),
            Earned = reader.Amount(),
            FaultsInRow = reader.UInt32(),
            Faults = reader.UInt32(),
            Convictions = reader.UInt32(),
            Silences = reader.UInt32(),
            Leased = reader.UInt32(),
            LeasedBefore = reader.UInt32(),
            LeasedPeriod = reader.UInt32(),
            Memory = reader.Bytes(MemoryByteCountMax),
        };
        reader.End();
        return record;
    }
}
