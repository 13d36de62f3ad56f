using System;
using System.Collections.Immutable;
using NodeRuntime.Capacity.Duties;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Records;

/// <summary>What a provider answered in one period, and what was said of it. Stands where everybody can look at it until the period is judged.</summary>
/// <param name="Subject">Digest of the claim: what verifiers speak of.</param>
/// <param name="Claim">The commitment to shares, or the proof of space.</param>
/// <param name="Opening">Of the claim; empty where none came, or none is needed.</param>
/// <param name="Reports">In the order of the verifiers' accounts.</param>
/// <param name="IsPassed">A majority of the drawn has passed it, and it counts.</param>
/// <param name="IsConvicted">A fraud proof holds against it.</param>
public sealed record CapacityAnswerRecord(
    AccountId Account, Instant At, Hash256 Subject, ReadOnlyMemory<byte> Claim, ReadOnlyMemory<byte> Opening, ImmutableArray<CapacityReport> Reports,
    bool IsPassed, bool IsConvicted)
{
    /// <summary>As many as a chain may draw.</summary>
    public const int ReportsMax = 15;

    public bool HasReportOf(AccountId verifier)
    {
        foreach (CapacityReport report in Reports)
        {
            if (report.Verifier == verifier) return true;
        }

        return false;
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.CapacityAnswerRecord, 8).Hash(Account.Hash).Instant(At).Hash(Subject).Bytes(Claim.Span).Bytes(Opening.Span)
            .Array(2 * Reports.Length);
        foreach (CapacityReport report in Reports) writer.Hash(report.Verifier.Hash).UInt64((byte)report.Finding);
        writer.End().Bool(IsPassed).Bool(IsConvicted).End();
    }

    public static CapacityAnswerRecord Read(WireReader reader)
    {
        reader.Record(WireType.CapacityAnswerRecord, 8);
        CapacityAnswerRecord record = new(
            new AccountId(reader.Hash()), reader.Instant(), reader.Hash(), reader.Bytes(Limits.CapacityProofBytesMax),
            reader.Bytes(Limits.CapacityProofBytesMax), ReadReports(reader), reader.Bool(), reader.Bool());
        reader.End();
        return record;
    }

    private static ImmutableArray<CapacityReport> ReadReports(WireReader reader)
    {
        int count = reader.Array(2 * ReportsMax);
        if (count % 2 != 0) reader.Fail();
        ImmutableArray<CapacityReport>.Builder reports = ImmutableArray.CreateBuilder<CapacityReport>(count / 2);
        for (int i = 0; i < count / 2 && !reader.Failed; i++)
        {
            CapacityReport report = new(new AccountId(reader.Hash()), (DutyFinding)reader.Byte());
            if (report.Finding is not (DutyFinding.Passed or DutyFinding.Failed)) reader.Fail();
            if (i > 0 && reports[i - 1].Verifier.CompareTo(report.Verifier) >= 0) reader.Fail();
            reports.Add(report);
        }

        reader.End();
        return reports.ToImmutable();
    }
}

/// <summary>A drawn verifier's word.</summary>
public readonly record struct CapacityReport(AccountId Verifier, DutyFinding Finding);
