using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Api.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using Xunit;

namespace NodeRuntime.Api.Tests.Jobs;

/// <summary>An owner's machine and the words of its provider.</summary>
internal sealed class JobScript(JobSpec spec)
{
    private readonly JobOwnerMachine _machine = new(
        Keys.Chain, Keys.Owner, Keys.Signatures, Lease, Keys.AccountOf(Keys.Provider), spec);

    public static LeaseId Lease { get; } = new(Hasher.Sha256([5]));

    public static ulong Chunk => Limits.JobChunkBytesMax;

    public static JobSpec Spec(ulong moduleBytes = 100) => new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Name = "job",
        Module = new ContentRef(Hasher.Sha256([1]), moduleBytes),
        Arguments = ["x"],
        Environment = ["K=v"],
        Inputs = [new JobInput("a", new ContentRef(Hasher.Sha256([2]), 50))],
        StandardInput = new ContentRef(Hasher.Sha256([3]), 10),
        FuelMax = 5,
        MemoryPagesMax = 6,
        CallDepthMax = 7,
        OutputBytesMax = 100,
        StartTime = Instant.FromMilliseconds(1_767_225_600_000),
        Seed = 8,
    };

    /// <summary>Six bytes of output, none of error, one file of ten.</summary>
    public static JobResult Result() => new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Outcome = JobOutcome.Exited,
        ExitCode = 0,
        FuelUsed = 4,
        FuelSchedule = 1,
        StandardOutput = new ContentRef(Hasher.Sha256([4]), 6),
        StandardError = new ContentRef(Hasher.Sha256([]), 0),
        Outputs = [new JobInput("o", new ContentRef(Hasher.Sha256([6]), 10))],
    };

    public static Hash256 HandOverDigest() =>
        new HandOver(Lease, Spec().Commitment, Keys.AccountOf(Keys.Owner), Keys.AccountOf(Keys.Provider)).Digest(Keys.Chain);

    public ImmutableArray<JobOwnerEffect> Connect() => _machine.Step(new JobOwnerInput.Connected());

    public ImmutableArray<JobOwnerEffect> Settle() => _machine.Step(new JobOwnerInput.Settled());

    public ImmutableArray<JobOwnerEffect> Hear(JobMessage message) => _machine.Step(new JobOwnerInput.ProviderSaid(message));

    public ImmutableArray<JobOwnerEffect> HearWanted(ulong module, ulong input, ulong standardInput) => Hear(new JobMessage.Wanted(
        Lease,
        [
            new JobPieceProgress(JobPiece.Module, module),
            new JobPieceProgress(JobPiece.Input("a"), input),
            new JobPieceProgress(JobPiece.StandardInput, standardInput),
        ]));
}

internal static class Heard
{
    public static TMessage Says<TMessage>(this IEnumerable<JobOwnerEffect> effects) where TMessage : JobMessage =>
        Assert.Single(effects.OfType<JobOwnerEffect.Say>().Select(static say => say.Message).OfType<TMessage>());

    public static void Distrusts(this IEnumerable<JobOwnerEffect> effects) => Assert.IsType<JobOwnerEffect.Distrust>(Assert.Single(effects));
}
