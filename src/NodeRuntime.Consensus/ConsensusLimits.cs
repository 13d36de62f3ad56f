namespace NodeRuntime.Consensus;

/// <summary>What bounds the machine's memory and work, beyond the list that all parts share.</summary>
internal static class ConsensusLimits
{
    /// <summary>Headers of about 450 bytes: a reply stays below 128 KiB.</summary>
    public const int TipHeadersMax = 256;

    /// <summary>Nullifications inside a proposal: 32 of 7 KiB fit beside a full body; older ones are pulled.</summary>
    public const int SkipsInlineMax = 32;

    /// <summary>Views ahead of ours for which a proposal is kept, one each.</summary>
    public const int ProposalViewsAheadMax = 3;

    /// <summary>Views behind ours whose votes still may finalize.</summary>
    public const int ViewsBehindMax = 16;

    /// <summary>
    /// Views above the floor that are entered: their certificates are all needed for a justification. With the delay at its
    /// cap these are more than three hours in which a quorum lives and nothing becomes final.
    /// </summary>
    public const int ViewsAboveFloorMax = 4096;

    /// <summary>Beyond so many blocks that are notarized and not final a leader proposes empty bodies.</summary>
    public const int UnfinalizedBlocksFull = 64;

    /// <summary>Blocks asked for at one time.</summary>
    public const int FetchesMax = 16;

    /// <summary>Blocks that may be wanted, most of them waiting for their turn.</summary>
    public const int FetchesWaitingMax = 512;

    /// <summary>Blocks delivered and not yet durable, beyond which syncing pauses.</summary>
    public const int DeliveredAheadMax = 64;

    /// <summary>Requests that one peer may make in a second; a peer in sync makes fewer than fifty.</summary>
    public const int RequestsPerSecondMax = 256;

    /// <summary>Finalized heights between two checkpoints of the log.</summary>
    public const int CheckpointHeights = 64;
}
