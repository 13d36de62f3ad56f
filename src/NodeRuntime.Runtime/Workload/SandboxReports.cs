using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime.Workload;

/// <summary>Between the sandbox's words and the workload's: one function for each direction.</summary>
internal static class SandboxReports
{
    public static SandboxTask ToTask(LeaseId lease, JobSpec spec, uint secondsMax)
    {
        ImmutableArray<string>.Builder inputs = ImmutableArray.CreateBuilder<string>(spec.Inputs.Length);
        foreach (JobInput input in spec.Inputs) inputs.Add(input.Name);
        return new SandboxTask
        {
            Lease = lease,
            Arguments = spec.Arguments,
            Environment = spec.Environment,
            Inputs = inputs.MoveToImmutable(),
            HasStandardInput = spec.StandardInput is not null,
            FuelMax = spec.FuelMax,
            MemoryPagesMax = spec.MemoryPagesMax,
            CallDepthMax = spec.CallDepthMax,
            OutputBytesMax = spec.OutputBytesMax,
            StartTime = spec.StartTime,
            Seed = spec.Seed,
            WallClockMax = Duration.FromSeconds(secondsMax),
        };
    }

    /// <summary>The result that the provider stands by, or null where its own machine is to blame.</summary>
    public static JobResult? ToResult(SandboxReport report, Salt salt)
    {
        JobOutcome? outcome = report.Verdict switch
        {
            SandboxVerdict.Exited => JobOutcome.Exited,
            SandboxVerdict.ModuleRefused => JobOutcome.ModuleRefused,
            SandboxVerdict.Trapped => JobOutcome.Trapped,
            SandboxVerdict.OutOfFuel => JobOutcome.OutOfFuel,
            SandboxVerdict.MemoryExceeded => JobOutcome.MemoryExceeded,
            SandboxVerdict.OutputExceeded => JobOutcome.OutputExceeded,
            // The seconds that were bought are over; the host's clock says nothing that a second run must repeat.
            SandboxVerdict.WallClockExceeded => JobOutcome.Inconclusive,
            SandboxVerdict.Stopped => null,
            SandboxVerdict.ChildDied => null,
            SandboxVerdict.ReportMalformed => null,
            SandboxVerdict.LaunchFailed => null,
        };
        if (outcome is not { } known) return null;
        ImmutableArray<JobInput>.Builder outputs = ImmutableArray.CreateBuilder<JobInput>(report.Outputs.Length);
        foreach (SandboxFile output in report.Outputs) outputs.Add(new JobInput(output.Name, ContentOf(output)));
        return new JobResult
        {
            Salt = salt,
            Outcome = known,
            ExitCode = report.ExitCode,
            FuelUsed = report.FuelUsed,
            FuelSchedule = report.FuelSchedule,
            StandardOutput = ContentOf(report.StandardOutput),
            StandardError = ContentOf(report.StandardError),
            Outputs = outputs.MoveToImmutable(),
        };
    }

    public static StoreVerdict ToStoreVerdict(BlobVerdict verdict) => verdict switch
    {
        BlobVerdict.Accepted => StoreVerdict.Accepted,
        BlobVerdict.NameRefused => StoreVerdict.Failed,
        BlobVerdict.OffsetWrong => StoreVerdict.OffsetWrong,
        BlobVerdict.TooLarge => StoreVerdict.DiskFull,
        BlobVerdict.DiskFull => StoreVerdict.DiskFull,
        BlobVerdict.LengthWrong => StoreVerdict.ContentWrong,
        BlobVerdict.HashWrong => StoreVerdict.ContentWrong,
        BlobVerdict.NotFound => StoreVerdict.ContentWrong,
        BlobVerdict.Failed => StoreVerdict.Failed,
    };

    private static ContentRef ContentOf(SandboxFile file) => new(file.Hash, file.Length);
}
