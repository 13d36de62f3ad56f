namespace NodeRuntime.Simulation.Agreement;

/// <summary>
/// Errors that somebody could make, made on purpose: each must be found by the oracle of some seed. The first ones are errors of
/// whoever drives the machine, the others of its rules (<see cref="Consensus.RuleMutant"/>).
/// </summary>
public enum Mutant
{
    None,

    /// <summary>Nullifies beside every notarization: found in every run, or nothing is looked at.</summary>
    Canary,
    SendBeforePersist,
    ForgetWatermark,
    ForgetLog,
    NoRetry,
    NoPull,

    DropRuleC,
    QuorumMinusOne,
    AcceptMissingSkips,
    AdvanceWithoutCertificate,
    NotarizeAfterNullify,
    ForgetOwnVotes,
    NoDelayCap,
    CountVoterTwice,
    FinalizeUnchecked,
    IgnoreTime,
}
