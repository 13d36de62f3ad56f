using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>
/// Tells whether what a peer sees of the chain is the chain of now. Blocks cannot be forged for it, but they can be kept from it: by a
/// seed that shows it nobody else, or a seed that is cut off itself. A chain makes a block every two seconds even when nothing happens, so a tip that is
/// old and does not catch up says that something is wrong, and the weight of the validators in sight says what.
/// </summary>
internal sealed class OutlookWatch
{
    /// <summary>A younger tip is news. Many times the longest time between two blocks.</summary>
    public static readonly Duration AgeMax = Duration.FromSeconds(30);

    /// <summary>Between two looks; also how long a peer that catches up may take to be a little nearer.</summary>
    public static readonly Duration Interval = Duration.FromSeconds(10);

    private Duration? _age;

    public ChainOutlook Outlook { get; private set; } = ChainOutlook.Fresh;

    /// <summary>To be called every <see cref="Interval"/>.</summary>
    /// <param name="tip">Ledger time of the youngest finalized block.</param>
    /// <param name="peers">That were heard within <see cref="AgeMax"/>.</param>
    /// <param name="weightInSight">Of the validators among them, our own included.</param>
    public ChainOutlook Look(Instant now, Instant tip, int peers, ulong weightInSight, ValidatorSet validators)
    {
        Duration age = now - tip;
        // Whoever catches up is nearer at every look; old blocks that are fed slowly leave the age as it is.
        bool isNear = age <= AgeMax;
        bool comesNearer = _age is not { } before || age < before - Interval;
        _age = isNear ? null : age;
        if (isNear || comesNearer) return Outlook = ChainOutlook.Fresh;
        if (peers == 0) return Outlook = ChainOutlook.Alone;
        return Outlook = weightInSight < validators.Quorum ? ChainOutlook.Eclipsed : ChainOutlook.Stalled;
    }
}
