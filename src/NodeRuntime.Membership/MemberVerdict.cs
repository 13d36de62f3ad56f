namespace NodeRuntime.Membership;

/// <summary>What is said of a record that came in, in the order of the checks: the signature is looked at last, and once.</summary>
public enum MemberVerdict
{
    Accepted,

    /// <summary>We have this one or a newer.</summary>
    NotNewer,

    /// <summary>Issued longer ago than a record lives: its author is gone or has issued others.</summary>
    Expired,

    /// <summary>Issued later than our clock and a generous skew allow.</summary>
    FromTheFuture,

    /// <summary>Whoever brought it has introduced as many strangers as one may.</summary>
    IntroducerQuota,
    TableFull,
    SignatureWrong,
}
