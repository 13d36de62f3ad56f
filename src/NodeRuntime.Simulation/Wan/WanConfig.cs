using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation.Wan;

/// <summary>One run of <see cref="WanWorld"/>.</summary>
public sealed record WanConfig
{
    public required int Validators { get; init; }

    public required ulong Seed { get; init; }

    public Duration Length { get; init; } = Duration.FromSeconds(30);

    /// <summary>Blocks that are final before this are not counted: all peers meet and listen first.</summary>
    public Duration WarmUp { get; init; } = Duration.FromSeconds(3);

    /// <summary>In every block.</summary>
    public int Transactions { get; init; } = Limits.BlockTransactionsMax;

    /// <summary>Of each, without what frames it in a block.</summary>
    public int TransactionBytes { get; init; } = 253;

    /// <summary>Bodies were gossiped before, and proposals carry short ids; otherwise they carry the bodies.</summary>
    public bool IsCompact { get; init; } = true;

    public WanCosts Costs { get; init; } = WanCosts.Modelled;
}

/// <summary>What everything takes that is not the way between two places. Zero for what is free.</summary>
public sealed record WanCosts
{
    /// <summary>Each way of a peer's link, shared by all its connections; zero for no limit.</summary>
    public required long BytesPerSecond { get; init; }

    /// <summary>Headers of TCP, TLS and frames.</summary>
    public required int FrameOverheadBytes { get; init; }

    /// <summary>One signature, on the turn of the actor that runs the machine.</summary>
    public required Duration Verify { get; init; }

    public required Duration Sign { get; init; }

    /// <summary>A message decoded and handled, without its signatures.</summary>
    public required Duration Message { get; init; }

    /// <summary>A frame put into one connection's queue.</summary>
    public required Duration Enqueue { get; init; }

    /// <summary>A thousand transactions found by their short ids and hashed into the body's root.</summary>
    public required Duration RebuildThousand { get; init; }

    /// <summary>A thousand transactions executed, their signatures being known to the pool. The leader does it twice: as it builds, and as it checks.</summary>
    public required Duration ExecuteThousand { get; init; }

    /// <summary>A batch of records made durable takes between these two.</summary>
    public required Duration DiskMin { get; init; }

    public required Duration DiskMax { get; init; }

    /// <summary>
    /// 1 Gb/s, a tenth of it left to the gossip of bodies; the rates of the benchmark groups crypto, trees and ledger on the machine of
    /// docs/benchmarks.md; a disk of a cloud.
    /// </summary>
    public static WanCosts Modelled { get; } = new()
    {
        BytesPerSecond = 112_500_000,
        FrameOverheadBytes = 100,
        Verify = new Duration(33),
        Sign = new Duration(20),
        Message = new Duration(5),
        Enqueue = new Duration(1),
        RebuildThousand = new Duration(700),
        ExecuteThousand = new Duration(4_900),
        DiskMin = Duration.FromMilliseconds(1),
        DiskMax = Duration.FromMilliseconds(3),
    };

    /// <summary>Distance alone.</summary>
    public static WanCosts Free { get; } = new()
    {
        BytesPerSecond = 0,
        FrameOverheadBytes = 0,
        Verify = Duration.Zero,
        Sign = Duration.Zero,
        Message = Duration.Zero,
        Enqueue = Duration.Zero,
        RebuildThousand = Duration.Zero,
        ExecuteThousand = Duration.Zero,
        DiskMin = Duration.Zero,
        DiskMax = Duration.Zero,
    };
}

/// <summary>What a run showed. Times are from the moment in which the leader begins to build, over every block at every peer.</summary>
public sealed record WanReport
{
    public required int Blocks { get; init; }

    /// <summary>Views that ended without a block.</summary>
    public required long SkippedViews { get; init; }

    /// <summary>From one final block to the next, the mean.</summary>
    public required Duration BlockTime { get; init; }

    /// <summary>When the leader's last byte has left.</summary>
    public required Duration SentP50 { get; init; }

    /// <summary>When a peer votes to notarize: it has the body, and its ledger has accepted it.</summary>
    public required Duration AcceptedP50 { get; init; }

    public required Duration NotarizedP50 { get; init; }

    public required Duration FinalP50 { get; init; }

    public required Duration FinalP99 { get; init; }

    public required Duration FinalMax { get; init; }

    /// <summary>Verified by a peer for a block, the mean.</summary>
    public required long SignaturesPerBlock { get; init; }

    /// <summary>Sent by a peer for a block, the mean.</summary>
    public required long BytesPerBlock { get; init; }

    /// <summary>Of what became final when and where: equal seeds give equal digests.</summary>
    public required Hash256 Digest { get; init; }
}
