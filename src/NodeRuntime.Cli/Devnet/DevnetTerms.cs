using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Cli.Capacity;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Cli.Devnet;

/// <summary>What a devnet's providers prove before they may bid.</summary>
internal enum DevnetGrade
{
    /// <summary>AES-ROMix: no library, next to no memory, slices of six seconds.</summary>
    Liveness,

    /// <summary>RandomX in light mode: librandomx, 256 MiB a peer, slices of twenty seconds.</summary>
    Full,
}

/// <summary>A devnet's terms of capacity, and whether this machine can keep them.</summary>
internal static class DevnetTerms
{
    /// <summary>
    /// A core makes two dozen hashes of RandomX a second without a dataset, and four peers may share two that do other things: three seconds of duty still
    /// find a share or several, of which one is enough for the unit. Eight seconds leave room for the second that a day's key takes, once a day of 48 minutes.
    /// </summary>
    private static readonly CapacityTerms Full = CapacityTerms.Development with
    {
        Proofs = CapacityTerms.Development.Proofs with
        {
            Cpu = CpuParameters.Default with
            {
                Slice = Duration.FromSeconds(20),
                Duty = Duration.FromSeconds(3),
                SubmitBy = Duration.FromSeconds(8),
                MemoryPreparation = Duration.FromSeconds(2),
                WorkPerShare = 4,
                BucketNonces = 12,
                ReferenceRate = 1_000,
            },
        },
    };

    public static CapacityTerms Of(DevnetGrade grade) => grade switch
    {
        DevnetGrade.Liveness => CapacityTerms.Development,
        DevnetGrade.Full => Full,
    };

    /// <summary>Refuses a grade that this machine cannot prove, before anything is made.</summary>
    /// <param name="hint">What to install, where something is missing.</param>
    /// <param name="freeBytes">Of memory.</param>
    /// <exception cref="CliException">Failed.</exception>
    public static void Demand(DevnetGrade grade, int peers, WorkKind best, string? hint, long freeBytes)
    {
        if (grade == DevnetGrade.Liveness) return;
        if (best != WorkKind.RandomX)
        {
            throw new CliException(
                ExitCode.Failed, "WorkKindMissing", "--grade full: processors are proven with RandomX, which this machine cannot compute",
                (hint ?? "install librandomx") + "; or leave --grade out");
        }

        long wanted = peers * WorkMemories.CacheByteCount;
        if (wanted <= freeBytes) return;
        throw new CliException(
            ExitCode.Failed, "MemoryShort", $"--grade full: {peers} peers take {ByteSize.Text(wanted)} of memory for their hashes, and {ByteSize.Text(freeBytes)} are free",
            "give fewer --peers, end other programs, or leave --grade out");
    }
}
