namespace NodeRuntime.Consensus;

/// <summary>
/// A rule with an error in it, for the simulator alone: each must be found by a seed, or the seeds prove little. No shipped code can
/// ask for one; the property of <see cref="ConsensusConfig"/> is not public.
/// </summary>
internal enum RuleMutant
{
    None,

    /// <summary>R4 finalizes a block although we notarized another.</summary>
    DropRuleC,

    /// <summary>R3 takes a proposal that does not show why views between it and its parent were skipped.</summary>
    AcceptMissingSkips,

    /// <summary>The view's last timer moves on without a certificate.</summary>
    AdvanceWithoutCertificate,

    /// <summary>R3 notarizes although the finalize slot is used up.</summary>
    NotarizeAfterNullify,

    /// <summary>Votes from before a crash are sent again, and not counted.</summary>
    ForgetOwnVotes,

    /// <summary>D grows without end.</summary>
    NoDelayCap,

    /// <summary>R6 counts a vote as often as it comes.</summary>
    CountVoterTwice,

    /// <summary>R4 does not wait for the ledger's word.</summary>
    FinalizeUnchecked,

    /// <summary>R3 does not look at a block's time.</summary>
    IgnoreTime,
}
