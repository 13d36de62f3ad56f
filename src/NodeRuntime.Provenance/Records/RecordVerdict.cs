namespace NodeRuntime.Provenance.Records;

/// <summary>What is said of a record's bytes, in the order of the checks. One list for all records: each uses the members that its fields can fail.</summary>
public enum RecordVerdict
{
    Accepted,
    TooLarge,

    /// <summary>Not deterministic CBOR, not this type and version, a missing or extra field, a field of another type or length.</summary>
    Malformed,
    RoundOutOfRange,
    LevelOutOfRange,
    SlotOutOfRange,
    KindUnknown,
    TimeOutOfRange,
    SequenceOutOfRange,
    TooManyParents,
    ZoneMalformed,

    /// <summary>The round before is not before.</summary>
    PreviousRoundWrong,
    AgentLevelUnknown,

    /// <summary>The size of a child's tree is zero, or more than a tree of that level can hold.</summary>
    SizeOutOfRange,

    /// <summary>More events than a round may have, or at level 1 another number than leaves beside the heartbeat.</summary>
    EventsOutOfRange,

    /// <summary>The first event's time is behind the last's; or there are times and no events.</summary>
    TimesOutOfOrder,

    /// <summary>A heartbeat's hash above level 1, or none at level 1.</summary>
    HeartbeatMisplaced,
    ReasonUnknown,

    /// <summary>A vacant slot with a child, or another absence without one.</summary>
    ChildMisplaced,
    MarkUnknown,

    /// <summary>A backfilled second that claims events, or a live one without a tree.</summary>
    MarkMisplaced,
    SlotsOutOfRange,
    NoLevels,
    NoValidators,
    ValidatorTwice,
    DueOutOfRange,
    CountOutOfRange,
}
