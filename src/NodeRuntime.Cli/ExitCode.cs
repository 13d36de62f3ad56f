namespace NodeRuntime.Cli;

/// <summary>What a verb returns to its shell. Documented in docs/cli.md; a number keeps its meaning for ever.</summary>
internal enum ExitCode
{
    Ok = 0,

    /// <summary>It was tried and failed: the job, the peer, a check of doctor.</summary>
    Failed = 1,

    /// <summary>The command line or a file that a person wrote cannot stand.</summary>
    Usage = 2,

    /// <summary>No such job, account, receipt or key.</summary>
    NotFound = 3,

    /// <summary>The ledger's rules refuse it.</summary>
    Refused = 4,

    /// <summary>Somebody was caught: a receipt, a gateway or a provider that does not verify.</summary>
    VerificationFailed = 5,

    /// <summary>Nothing wrong was found, but there is nothing to trust: never a yes.</summary>
    Inconclusive = 6,

    /// <summary>No gateway answered.</summary>
    Unreachable = 7,

    /// <summary>What was waited for did not come in time.</summary>
    TimedOut = 8,

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    Interrupted = 130,
}
