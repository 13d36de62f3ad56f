using NodeRuntime.Primitives;

namespace NodeRuntime.Provenance.Receipts;

/// <summary>How far an event's way has come. A receipt is upgraded in place; nothing about an earlier state becomes wrong.</summary>
public enum ReceiptState
{
    /// <summary>The peer has signed that the event will be in the calendar, by when and under which number.</summary>
    Promised = 1,

    /// <summary>It is in the calendar, by the word of a quorum of the validators.</summary>
    Round = 2,

    /// <summary>And outside witnesses have seen the same calendar.</summary>
    Witnessed = 3,

    /// <summary>And its root was published: from here on it depends on SHA-256 alone, and on no key.</summary>
    Published = 4,
}

/// <summary>Yes, no, or not with what the verifier was given.</summary>
public enum ReceiptOutcome
{
    Ok,
    Fail,
    Inconclusive,
}

/// <summary>A verifier's answer: OK, FAIL(code) or INCONCLUSIVE(code).</summary>
public readonly record struct ReceiptResult(ReceiptOutcome Outcome, ReceiptCode Code)
{
    public static ReceiptResult Ok => default;

    public static ReceiptResult Of(ReceiptCode code) => code switch
    {
        ReceiptCode.None => Ok,
        >= ReceiptCode.NoTrust => new ReceiptResult(ReceiptOutcome.Inconclusive, code),
        _ => new ReceiptResult(ReceiptOutcome.Fail, code),
    };

    public override string ToString() => Outcome switch
    {
        ReceiptOutcome.Ok => "OK",
        ReceiptOutcome.Fail => "FAIL(" + Code + ")",
        ReceiptOutcome.Inconclusive => "INCONCLUSIVE(" + Code + ")",
    };
}
