using System;
using NodeRuntime.Capacity;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Ledger.Capacity;

/// <summary>
/// When what is due of a kind. Periods are counted from the beginning of ledger time, so that nobody chooses where they begin.
/// <code>
/// start(p)      the first block at or after it carries the beacon: the challenge
///   ..+ClosingAfter, from that block      answers
///   the first block behind it             the closing: its beacon draws what is opened, and who looks
///   ..+OpenWindow, from that block        openings, where the kind has any
/// start(p+1)    the last moment of a report
///   + a spread of each account's own      judged; what was judged in p-1 is paid
/// </code>
/// All of p is judged before p+1 closes, so what a period proved altogether is known when it is paid, and seats change only while nobody is drawn.
/// </summary>
/// <param name="PeriodsPerDay">That share one key of the work function.</param>
public sealed record CapacitySchedule(CapacityKind Kind, Duration Period, Duration ClosingAfter, Duration OpenWindow, uint PeriodsPerDay)
{
    public static CapacitySchedule Of(CapacityTerms terms, CapacityKind kind) => kind switch
    {
        CapacityKind.Cpu => OfCpu(terms.Proofs.Cpu),
        CapacityKind.Space => OfSpace(terms.Proofs.Space),
    };

    public uint NumberAt(Instant time) => (uint)(time.Milliseconds / Period.Milliseconds);

    public Instant StartOf(uint number) => Instant.FromMilliseconds(number * Period.Milliseconds);

    /// <summary>When an account's period is judged: within three quarters of the time that the next one takes to close, by its own hash.</summary>
    public Instant JudgedAt(uint number, AccountId account)
    {
        ulong spread = (ulong)ClosingAfter.Milliseconds * 3 / 4;
        ulong place = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(account.Hash.AsSpan());
        return StartOf(number + 1) + Duration.FromMilliseconds((long)(spread * place >> 32));
    }

    /// <summary>Whether a closing left half of the time that it should have: else nobody can be blamed for what is missing.</summary>
    public bool IsTimely(uint number, Instant closedAt) => closedAt + ((Period - ClosingAfter) / 2) <= StartOf(number + 1);

    private static CapacitySchedule OfCpu(CpuParameters parameters)
    {
        Duration closing = parameters.SubmitBy + parameters.MemoryPreparation;
        return new CapacitySchedule(CapacityKind.Cpu, parameters.Slice, closing, (parameters.Slice - closing) / 2, (uint)parameters.SlicesPerDay);
    }

    private static CapacitySchedule OfSpace(SpaceParameters parameters)
    {
        long perDay = Math.Max(1, Duration.FromMinutes(24 * 60).Milliseconds / parameters.Epoch.Milliseconds);
        return new CapacitySchedule(CapacityKind.Space, parameters.Epoch, parameters.Window, Duration.Zero, (uint)perDay);
    }
}
