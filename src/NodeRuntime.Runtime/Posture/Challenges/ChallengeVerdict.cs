namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>What becomes of a challenge, in the order in which an answer is looked at.</summary>
public enum ChallengeVerdict
{
    /// <summary>The thing stands under the root that the peer's own second has, and the peer signed all of it for this challenge.</summary>
    Proven,

    // Nothing is known then, and nobody is accused.

    /// <summary>To no challenge that is open: said again, or somebody else's.</summary>
    Unasked,

    /// <summary>Nothing came before the time was over.</summary>
    Unanswered,

    /// <summary>It came behind that.</summary>
    Late,

    /// <summary>The peer said why it does not answer.</summary>
    Declined,

    /// <summary>Of a second that is not now: one of two clocks is wrong.</summary>
    RoundOutOfReach,

    // What is wrong from here on its own signature, or what it sent in its own connection, says.

    NodeForeign,
    ChallengerForeign,
    SignatureWrong,
    HeartbeatMalformed,
    HeartbeatForeign,
    HeartbeatRoundWrong,

    /// <summary>It is not the one that the statement names.</summary>
    HeartbeatMismatch,

    /// <summary>The second is another peer's, another round's, or no peer's own.</summary>
    SecondForeign,

    /// <summary>The second has another heartbeat.</summary>
    SecondMismatch,
    SecondSignatureWrong,

    /// <summary>Its heartbeat says another state root, or none.</summary>
    RootMismatch,
    LevelMismatch,

    /// <summary>No things, or more than a machine is watched for.</summary>
    SizeOutOfRange,

    /// <summary>Not the thing that was asked for.</summary>
    ThingForeign,
    ProofWrong,

    /// <summary>Two signed seconds of one round that differ: one machine cannot have two states.</summary>
    Contradiction,
}

/// <summary>What a verdict says of the peer.</summary>
public static class ChallengeVerdicts
{
    /// <summary>Whether it is a lie, or at least no answer that an honest peer gives.</summary>
    public static bool IsWrong(ChallengeVerdict verdict) => verdict >= ChallengeVerdict.NodeForeign;
}
