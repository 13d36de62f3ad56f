namespace NodeRuntime.Persistence.Plots;

/// <summary>What happened with a plot, in the order in which it is found out.</summary>
public enum PlotVerdict
{
    Accepted,

    /// <summary>Its folder is not there, or not any more: a disk that was taken out.</summary>
    FolderMissing,

    /// <summary>Another process has it.</summary>
    InUse,
    ManifestUnreadable,

    /// <summary>Rows of another identity: another key, chain or registration.</summary>
    WrongOwner,

    /// <summary>Made with other parameters.</summary>
    WrongLayout,

    /// <summary>Not made, or not to its end.</summary>
    UnitMissing,

    /// <summary>Its checksums do not decode.</summary>
    SumsUnreadable,

    /// <summary>The files are another unit's or another plot's.</summary>
    WrongUnit,

    /// <summary>Shorter or longer than a unit.</summary>
    UnitTruncated,

    /// <summary>Bytes that are not those that were written: rot, or a torn write.</summary>
    ChunkRotten,

    /// <summary>A row is not what its function gives: this machine computed or wrote wrongly.</summary>
    RowWrong,

    /// <summary>No nonce reached its hits. Of whole plots this happens to six in ten thousand, and the next window may be tried.</summary>
    NoNonce,
    DiskFull,

    /// <summary>The disk answers with an error.</summary>
    DiskFailed,
    Cancelled,
}

/// <summary>A verdict, and the unit that it is about where it is about one.</summary>
public readonly record struct PlotOutcome(PlotVerdict Verdict, uint? Unit = null)
{
    public static PlotOutcome Accepted => default;

    public bool IsAccepted => Verdict == PlotVerdict.Accepted;

    /// <summary>Whether making the unit again is the remedy; otherwise it is the disk or the machine that wants one.</summary>
    public bool IsMadeAgain => Verdict
        is PlotVerdict.UnitMissing or PlotVerdict.SumsUnreadable or PlotVerdict.WrongUnit or PlotVerdict.UnitTruncated or PlotVerdict.ChunkRotten;
}
