using NodeRuntime.Consensus;

namespace NodeRuntime.Simulation.Agreement;

/// <summary>Which mutants are errors of the machine's own rules.</summary>
internal static class RuleMutants
{
    public static RuleMutant Of(Mutant mutant) => mutant switch
    {
        Mutant.DropRuleC => RuleMutant.DropRuleC,
        Mutant.AcceptMissingSkips => RuleMutant.AcceptMissingSkips,
        Mutant.AdvanceWithoutCertificate => RuleMutant.AdvanceWithoutCertificate,
        Mutant.NotarizeAfterNullify => RuleMutant.NotarizeAfterNullify,
        Mutant.ForgetOwnVotes => RuleMutant.ForgetOwnVotes,
        Mutant.NoDelayCap => RuleMutant.NoDelayCap,
        Mutant.CountVoterTwice => RuleMutant.CountVoterTwice,
        Mutant.FinalizeUnchecked => RuleMutant.FinalizeUnchecked,
        Mutant.IgnoreTime => RuleMutant.IgnoreTime,
        Mutant.None or Mutant.Canary or Mutant.SendBeforePersist or Mutant.ForgetWatermark or Mutant.ForgetLog
            or Mutant.NoRetry or Mutant.NoPull or Mutant.QuorumMinusOne => RuleMutant.None,
    };
}
