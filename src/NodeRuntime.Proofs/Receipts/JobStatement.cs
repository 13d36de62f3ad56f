using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>What a receipt is about. Kinds other than jobs use the same container.</summary>
public enum ReceiptKind : byte
{
    Job = 1,
}

/// <summary>
/// What a provider says of a job it was paid for: the payload of a receipt. Every word of it follows from the
/// evidence beside it, so a verifier derives the statement and compares; the provider's signature makes the words its
/// own, also where the evidence is kept elsewhere.
/// </summary>
public sealed record JobStatement
{
    public required ChainId Chain { get; init; }

    public required byte SpecVersion { get; init; }

    public required byte FuelSchedule { get; init; }

    public required OrderId Order { get; init; }

    public required LeaseId Lease { get; init; }

    public required AccountId Owner { get; init; }

    public required AccountId Provider { get; init; }

    public required Hash256 SpecCommitment { get; init; }

    /// <summary>Plain SHA-256 of the program.</summary>
    public required Hash256 Module { get; init; }

    /// <summary>Plain SHA-256 of each input file, in the order of the specification.</summary>
    public required ImmutableArray<Hash256> Inputs { get; init; }

    public required Hash256? StandardInput { get; init; }

    public required JobOutcome Outcome { get; init; }

    public required int ExitCode { get; init; }

    public required ulong FuelUsed { get; init; }

    public required Hash256 Result { get; init; }

    /// <summary>Custody: the digest of the hand-over that both sides signed.</summary>
    public required Hash256 HandOver { get; init; }

    // Metering: ledger times, and what they cost.
    public required Instant ReadyAt { get; init; }

    public required Instant ResultAt { get; init; }

    public required Amount PricePerSecond { get; init; }

    public required uint ChargedSeconds { get; init; }

    // Settlement, to the last base unit.
    public required Amount Paid { get; init; }

    public required Amount Refunded { get; init; }

    public required Amount Penalty { get; init; }

    /// <summary>The statement that ledger, specification and result make together.</summary>
    public static JobStatement Of(
        ChainId chain, LeaseId leaseId, LeaseRecord lease, OrderRecord order, JobSpec spec, JobResult result)
    {
        return new JobStatement
        {
            Chain = chain,
            SpecVersion = JobSpec.Version,
            FuelSchedule = result.FuelSchedule,
            Order = lease.Order,
            Lease = leaseId,
            Owner = lease.Owner,
            Provider = lease.Provider,
            SpecCommitment = order.Terms.SpecCommitment,
            Module = spec.Module.Hash,
            Inputs = HashesOf(spec.Inputs),
            StandardInput = spec.StandardInput?.Hash,
            Outcome = result.Outcome,
            ExitCode = result.ExitCode,
            FuelUsed = result.FuelUsed,
            Result = result.ResultHash,
            HandOver = lease.HandOver,
            ReadyAt = lease.ReadyAt,
            ResultAt = lease.ResultAt,
            PricePerSecond = lease.PricePerSecond,
            ChargedSeconds = lease.ChargedSeconds,
            Paid = lease.Paid,
            Refunded = lease.Refunded,
            Penalty = lease.Penalty,
        };
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.JobStatement, 24).UInt64((byte)ReceiptKind.Job).Hash(Chain.Hash)
            .UInt64(SpecVersion).UInt64(FuelSchedule).Hash(Order.Hash).Hash(Lease.Hash).Hash(Owner.Hash).Hash(Provider.Hash)
            .Hash(SpecCommitment).Hash(Module).Array(Inputs.Length);
        foreach (Hash256 input in Inputs) writer.Hash(input);
        return writer.End().OptionalHash(StandardInput).UInt64((byte)Outcome).Int64(ExitCode).UInt64(FuelUsed).Hash(Result)
            .Hash(HandOver).Instant(ReadyAt).Instant(ResultAt).Amount(PricePerSecond).UInt64(ChargedSeconds)
            .Amount(Paid).Amount(Refunded).Amount(Penalty).End().ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out JobStatement? statement)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.JobStatement, 24);
        if (reader.Byte() != (byte)ReceiptKind.Job) reader.Fail();
        statement = new JobStatement
        {
            Chain = new ChainId(reader.Hash()),
            SpecVersion = reader.Byte(),
            FuelSchedule = reader.Byte(),
            Order = new OrderId(reader.Hash()),
            Lease = new LeaseId(reader.Hash()),
            Owner = new AccountId(reader.Hash()),
            Provider = new AccountId(reader.Hash()),
            SpecCommitment = reader.Hash(),
            Module = reader.Hash(),
            Inputs = reader.List(Limits.JobInputsMax, static r => r.Hash()),
            StandardInput = reader.OptionalHash(),
            Outcome = (JobOutcome)reader.Byte(),
            ExitCode = reader.Int32(int.MinValue, int.MaxValue),
            FuelUsed = reader.UInt64(),
            Result = reader.Hash(),
            HandOver = reader.Hash(),
            ReadyAt = reader.Instant(),
            ResultAt = reader.Instant(),
            PricePerSecond = reader.Amount(),
            ChargedSeconds = reader.UInt32(),
            Paid = reader.Amount(),
            Refunded = reader.Amount(),
            Penalty = reader.Amount(),
        };
        reader.End();
        if (statement.Outcome is < JobOutcome.Exited or > JobOutcome.Inconclusive) reader.Fail();
        if (!reader.Succeeded) statement = null;
        return statement is not null;
    }

    private static ImmutableArray<Hash256> HashesOf(ImmutableArray<JobInput> inputs)
    {
        ImmutableArray<Hash256>.Builder hashes = ImmutableArray.CreateBuilder<Hash256>(inputs.Length);
        foreach (JobInput input in inputs) hashes.Add(input.Content.Hash);
        return hashes.MoveToImmutable();
    }
}
