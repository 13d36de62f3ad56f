namespace NodeRuntime.Provenance.Fraud;

/// <summary>What is shown of a peer, a parent or a validator: each by what it has signed itself.</summary>
public enum FraudKind
{
    /// <summary>Two records of one second in one round: another root, size or total.</summary>
    SlotContradiction = 1,

    /// <summary>Two promises give one number to two events.</summary>
    PromiseContradiction = 2,

    /// <summary>At the place that was promised to an event stands another.</summary>
    PromiseReplaced = 3,

    /// <summary>In the round that was promised the peer had not come so far.</summary>
    PromiseOverdue = 4,

    /// <summary>A parent that acknowledged a child's record entered something else: an absence, most likely.</summary>
    AcknowledgementBroken = 5,

    /// <summary>A parent's totals are not those of the records in its tree, or one of these is none.</summary>
    WrongTotals = 6,

    /// <summary>A validator signed two roots of the calendar at one size.</summary>
    CheckpointContradiction = 7,
}

/// <summary>What is said of a claim of fraud, in the order of the checks. Only <see cref="Proven"/> accuses anybody.</summary>
public enum FraudVerdict
{
    Proven,

    /// <summary>Another number of statements, signatures, ways or records than this kind has.</summary>
    PartsWrong,

    /// <summary>A signed statement is no record of its kind.</summary>
    StatementMalformed,

    /// <summary>A statement is somebody else's than the accused's.</summary>
    CulpritForeign,

    /// <summary>A promise or checkpoint of another chain.</summary>
    ChainWrong,

    /// <summary>The statements do not speak of the same second, slot, number or size.</summary>
    PlacesDiffer,

    /// <summary>A heartbeat that does not open, or is not of this second.</summary>
    RecordWrong,

    /// <summary>A path does not lead to the root that was signed.</summary>
    WayWrong,

    /// <summary>Everything fits: nobody has lied.</summary>
    NoContradiction,
    SignatureWrong,
}
