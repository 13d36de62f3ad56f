namespace NodeRuntime.Membership;

/// <summary>Why a connection ended or was not made, as far as membership cares. The supervisor translates the network's reasons.</summary>
public enum ConnectionEnd
{
    /// <summary>Closed by the other side, lost, timed out, unreachable.</summary>
    Lost,

    /// <summary>The other side is ourselves: the address is one of ours.</summary>
    Self,

    /// <summary>Another connection with the same peer stands or took its place.</summary>
    Duplicate,

    /// <summary>The other side has no room.</summary>
    Full,

    /// <summary>Another chain, another version, a refused certificate: not a party of ours, for now.</summary>
    Incompatible,

    /// <summary>Cut off for what it, or we, did: too fast, malformed, score too low.</summary>
    Misbehaved,
}
