using NodeRuntime.Actors.Ports;
using NodeRuntime.Runtime.Transactions;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>What consensus looks at first, so that a flood of the one starves none of the others: votes, then blocks, then questions, then work.</summary>
internal static class ConsensusLanes
{
    /// <summary>Votes, certificates, proposals, timers, and what the disk answers.</summary>
    public const int Votes = 0;

    /// <summary>Bodies of blocks that somebody waits for.</summary>
    public const int Blocks = 1;

    /// <summary>
    /// Ids of transactions, offered and asked for. Were they to wait behind transactions to verify, an answer would come after whoever asked has
    /// lost patience, and each body would cross the line twice.
    /// </summary>
    public const int Questions = 2;

    /// <summary>Transactions, before and after their verification: each is decoded, or applied.</summary>
    public const int Transactions = 3;

    public static int Of(ConsensusCommand command) => command switch
    {
        ConsensusCommand.Frame { FrameClass: FrameClass.Transactions } m => TransactionMessage.IsBodies(m.Bytes) ? Transactions : Questions,
        ConsensusCommand.Frame { FrameClass: FrameClass.Sync } => Blocks,
        ConsensusCommand.Submit or ConsensusCommand.Accuse or ConsensusCommand.Verified => Transactions,
        _ => Votes,
    };
}
