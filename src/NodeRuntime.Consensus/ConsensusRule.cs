namespace NodeRuntime.Consensus;

/// <summary>The rules of <c>docs/consensus.md</c>, as traces cite them. Each has a file in <c>Rules/</c>.</summary>
public enum ConsensusRule
{
    Enter = 1,
    Propose = 2,
    Notarize = 3,
    Finalize = 4,
    Nullify = 5,
    Quorum = 6,
    Jump = 7,
    Commit = 8,
    Retry = 9,
    Pull = 10,
    Evidence = 11,
    Fence = 33,
}
