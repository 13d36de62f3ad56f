namespace NodeRuntime.Provenance.Receipts;

/// <summary>
/// Why a receipt shows nothing, or cannot be judged, in the order of the checks. Names and numbers are stable: one that was used keeps its meaning
/// for ever. docs/provenance-format.md says each in words.
/// </summary>
public enum ReceiptCode
{
    None = 0,

    // The container.
    TooLarge = 100,
    ContainerMalformed = 101,
    PayloadAttached = 102,
    ProtectedMalformed = 103,
    AlgorithmUnknown = 104,
    ContentTypeWrong = 105,
    KeyMalformed = 106,
    AlgorithmMismatch = 107,
    StructureUnknown = 108,
    SegmentMalformed = 109,
    MaterialsMalformed = 110,
    StateUnknown = 111,

    // What a receipt of this state must and must not have.
    RecordMalformed = 120,
    PromiseMissing = 121,
    PromiseUnexpected = 122,
    PlanMissing = 123,
    PlanUnexpected = 124,
    CheckpointMissing = 125,
    CheckpointUnexpected = 126,
    HeartbeatUnexpected = 127,
    SignatureMissing = 128,
    SignatureUnexpected = 129,
    SegmentCountWrong = 130,

    // The promise.
    PromiseMalformed = 140,
    PromiseOfHeartbeat = 141,
    PromiseRootMismatch = 142,

    // The plans.
    PlanMalformed = 150,
    PlanMismatch = 151,
    PlanForeign = 152,
    PlanUntrusted = 153,
    EpochNotInForce = 154,

    // Each segment.
    IndexOutOfRange = 160,
    PathTooShort = 161,
    PathTooLong = 162,
    NextMissing = 163,
    NextUnexpected = 164,
    AggregationMalformed = 165,
    RoundMalformed = 166,
    EventRootMismatch = 167,
    ParentRootMismatch = 168,
    CoreRootMismatch = 169,
    SizeMismatch = 170,
    LevelWrong = 171,
    EpochWrong = 172,
    RoundMismatch = 173,
    SlotMismatch = 174,
    SlotCountMismatch = 175,
    EventsMismatch = 176,
    TimesMismatch = 177,

    // The event, its heartbeat and its peer.
    IssuerForeign = 180,
    LeafZeroWrong = 181,
    EventTimeMismatch = 182,
    HeartbeatMalformed = 183,
    HeartbeatMismatch = 184,
    HeartbeatForeign = 185,
    HeartbeatRoundWrong = 186,
    SequenceWrong = 187,

    // The calendar and who signs it.
    CalendarIndexWrong = 200,
    ChainWrong = 201,
    CheckpointMalformed = 202,
    OriginWrong = 203,
    CheckpointSizeMismatch = 204,
    CalendarRootMismatch = 205,
    SignatureTwice = 206,
    ValidatorSignatureWrong = 207,
    BelowQuorum = 208,
    WitnessSignatureWrong = 209,
    WitnessTimeWrong = 210,
    BelowWitnessQuorum = 211,
    PublicationMismatch = 212,
    IssuerSignatureWrong = 213,

    // Cannot be judged with what the verifier was given.
    NoTrust = 300,
    EpochUnknown = 301,
    NoWitnesses = 302,
    WitnessUnverifiable = 303,
    PublicationUnknown = 304,
}
