namespace NodeRuntime.Crypto;

/// <summary>
/// What a digest is of. The domain's name goes into the hash first, so that bytes signed or committed for one purpose
/// mean nothing for another. A name, once used, keeps its meaning for ever.
/// </summary>
public enum HashDomain
{
    Genesis,
    KeyPolicy,
    Peer,
    Header,
    Justification,
    Vote,
    Transaction,
    Order,
    Lease,
    StateLeaf,
    StateNode,
    StateEmpty,
    JobSpec,
    JobOutputs,
    Commitment,
    HandOver,
    Receipt,
    Member,
    Topic,
    Tls,
    AccessToken,
    Decline,
    Beacon,
    TracePage,
    TraceNode,
    TracePart,
    TraceState,
    TraceLink,
    TraceStream,
    ValidatorSet,
    Readiness,
    Possession,
}
