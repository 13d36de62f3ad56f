namespace NodeRuntime.Consensus;

/// <summary>The machine's timers; at most one of a kind runs.</summary>
public enum ConsensusTimer
{
    /// <summary>L: the leader's proposal is late.</summary>
    Leader,

    /// <summary>A: the view is late, proposal or not.</summary>
    Advance,

    /// <summary>T: say again what may have been lost.</summary>
    Retry,

    /// <summary>The shortest time since the parent has passed: the leader may build.</summary>
    Propose,

    /// <summary>A request for a block or a chain stayed unanswered.</summary>
    Fetch,

    /// <summary>Ask again how far the others are before voting with a key whose past is unknown.</summary>
    Fence,
}
