using System;

namespace NodeRuntime.Client.Contacts;

/// <summary>Why a gateway's answer was not used.</summary>
public enum ContactFaultKind
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,
    TimedOut,

    /// <summary>It says itself that it cannot answer now.</summary>
    Busy,

    /// <summary>It shows an older height than this client has seen: slow, or lying; not proven which.</summary>
    Behind,

    /// <summary>Its newest header is older than the bound, or later than this machine's clock.</summary>
    Stale,

    /// <summary>It serves another chain.</summary>
    WrongChain,

    /// <summary>It refuses the request by a code of its own.</summary>
    Refused,

    /// <summary>What it claims does not follow from the trusted genesis: it is not asked again.</summary>
    GatewayForged,
}

/// <summary>A gateway, and what was wrong with its answer.</summary>
public sealed record ContactFault(ContactFaultKind Kind, Uri Address, string Reason)
{
    /// <summary>May be over in a moment.</summary>
    public bool IsPassing => Kind is ContactFaultKind.Unreachable or ContactFaultKind.TimedOut or ContactFaultKind.Busy or ContactFaultKind.Behind;

    public override string ToString() => $"{Address}: {Kind}: {Reason}";
}
