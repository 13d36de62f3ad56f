using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Jobs;

/// <summary>A job that is over and paid: what it made, what it cost, and the proof.</summary>
/// <param name="Lease">As the ledger settled it.</param>
/// <param name="OutputFolder">Holds stdout.log, stderr.log, receipt.cbor and the output files under out.</param>
public sealed record JobReport(
    OrderId Order,
    LeaseId LeaseId,
    LeaseRecord Lease,
    JobResult Result,
    string Detail,
    string OutputFolder,
    string ReceiptPath,
    ImmutableArray<string> Outputs,
    int Attempts,
    JobTimings Timings);
