using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Mempool;

/// <summary>
/// Transactions of different families wait apart, so that a flood of the one never takes the room of the other: each lane has a
/// quota of the pool and a share of every block. The first leaves first where all have had their share.
/// </summary>
public enum MempoolLane
{
    /// <summary>Settlement: what ends a lease in time, and what pays for it; answers to challenges of capacity, and words about them. Late is a penalty for somebody who did nothing wrong.</summary>
    Settlement,

    /// <summary>Accusations: anybody may send them, and what they stake decides who goes first and who gives way.</summary>
    Accusations,

    /// <summary>Market and staking: orders, bids, bonds.</summary>
    Market,

    /// <summary>Transfers: the family that costs the least to flood with.</summary>
    Transfers,
}

/// <summary>Which lane a transaction takes, and what a lane may hold.</summary>
public static class MempoolLanes
{
    public const int Count = 4;

    // Sixteenths of the pool and of a block. A settlement is small and follows from a lease that was paid for; transfers are what people send; of
    // accusations a block decides two.
    private const int Parts = 16;

    /// <summary>The humblest of its messages decides: a transfer does not travel first because an acknowledgement travels with it.</summary>
    public static MempoolLane Of(Transaction transaction)
    {
        MempoolLane lane = MempoolLane.Settlement;
        foreach (Message message in transaction.Messages)
        {
            MempoolLane own = Of(message);
            if (own > lane) lane = own;
        }

        return lane;
    }

    /// <summary>What its boldest accusation stakes: places in the lane of accusations are had by it. Zero for every other lane.</summary>
    internal static Amount StakeOf(Transaction transaction, MempoolLane lane)
    {
        Amount stake = Amount.Zero;
        if (lane != MempoolLane.Accusations) return stake;
        foreach (Message message in transaction.Messages)
        {
            if (message is Message.AccuseCapacity accuse && accuse.Stake > stake) stake = accuse.Stake;
        }

        return stake;
    }

    /// <summary>Transactions that may wait in this lane.</summary>
    public static int CountMax(MempoolLane lane) => Limits.MempoolTransactionsMax / Parts * ShareOf(lane);

    /// <summary>Bytes that may wait in this lane.</summary>
    public static long BytesMax(MempoolLane lane) => (long)Limits.MempoolBytesMax / Parts * ShareOf(lane);

    /// <summary>Of so many bytes or places in a block, those that this lane has before any other.</summary>
    internal static int ShareIn(MempoolLane lane, int whole) => (int)((long)whole * ShareOf(lane) / Parts);

    private static int ShareOf(MempoolLane lane) => lane switch
    {
        MempoolLane.Settlement => 2,
        MempoolLane.Accusations => 1,
        MempoolLane.Market => 4,
        MempoolLane.Transfers => 9,
    };

    private static MempoolLane Of(Message message)
    {
        switch (message)
        {
            case Message.ReportReady or Message.ReportResult or Message.AcknowledgeResult or Message.CloseLease:
                return MempoolLane.Settlement;
            case Message.AnswerCapacity or Message.ReportCapacity:
                // They have windows, too, and only providers with a bond can say them.
                return MempoolLane.Settlement;
            case Message.AccuseCapacity:
                return MempoolLane.Accusations;
            case Message.Transfer or Message.Faucet:
                return MempoolLane.Transfers;
            default:
                // Orders, bids and bonds, and whatever family comes later.
                return MempoolLane.Market;
        }
    }
}
