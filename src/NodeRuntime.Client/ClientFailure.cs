namespace NodeRuntime.Client;

/// <summary>What kind of no a client met. Programs switch on it; the command line makes exit codes of it.</summary>
public enum ClientFailure
{
    /// <summary>A file that a person wrote cannot stand: a context, a specification, a key.</summary>
    Invalid,

    /// <summary>No gateway answered, or none in time.</summary>
    Unreachable,

    /// <summary>The gateways serve another chain than the trusted one.</summary>
    WrongChain,

    /// <summary>Every gateway that answered was caught with a forgery.</summary>
    GatewayForged,

    /// <summary>The chain's validators finalized two histories; there is proof of it, and nothing of the chain is to be believed.</summary>
    ChainForked,

    /// <summary>The ledger's rules refuse what was asked.</summary>
    Refused,

    /// <summary>The ledger, or this client's own store, holds no such thing.</summary>
    NotFound,

    /// <summary>What was waited for did not come before its deadline.</summary>
    TimedOut,

    /// <summary>The job ended without a result: no provider, or every attempt failed, or it was cancelled.</summary>
    JobFailed,

    /// <summary>A provider's outputs, result or receipt are not what it committed to.</summary>
    ProviderForged,
}
