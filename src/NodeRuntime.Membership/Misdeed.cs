namespace NodeRuntime.Membership;

/// <summary>What a peer can be blamed for. Only what no honest peer does, whatever its clock, its version or its luck.</summary>
public enum Misdeed
{
    /// <summary>Bytes that no honest peer writes.</summary>
    Malformed,

    /// <summary>Something signed wrongly, passed on: an honest peer checks before it passes on.</summary>
    BadSignature,

    /// <summary>Against the rules of a protocol, provably: an invalid block, a false proof.</summary>
    RuleBroken,

    /// <summary>More than was asked for, again and again.</summary>
    Flood,

    /// <summary>Asked, and did not answer in time. Weighs little: networks lose things.</summary>
    Unanswered,
}
