namespace NodeRuntime.Sandbox.Protocol;

/// <summary>What is wrong with a message at its place in the conversation, in the order it is checked.</summary>
internal enum TranscriptVerdict
{
    Accepted,
    AfterReport,
    BeforeReady,
    ReadyTwice,

    /// <summary>A file's chunks are not complete, and something else is said.</summary>
    FileIncomplete,

    /// <summary>A chunk without a file, or beyond its length.</summary>
    ChunkUnannounced,
    LogAfterFile,
    FileNameRefused,
    FilesTooMany,

    /// <summary>Names must rise, so that none comes twice.</summary>
    FileOutOfOrder,
    LengthNegative,

    /// <summary>More than the job may write.</summary>
    OutputExceeded,

    /// <summary>A verdict that only the parent can give, or not at this place.</summary>
    ReportOutOfPlace,

    /// <summary>More fuel than there was, or an exit code of a program that did not exit.</summary>
    ReportImplausible,
}
