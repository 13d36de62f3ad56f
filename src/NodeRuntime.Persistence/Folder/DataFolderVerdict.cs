namespace NodeRuntime.Persistence.Folder;

/// <summary>What a folder is found to be at start-up, in the order of the checks.</summary>
public enum DataFolderVerdict
{
    Accepted,

    /// <summary>It cannot be made, entered, read or written.</summary>
    Unreadable,

    /// <summary>It holds things that no peer put there.</summary>
    NotADataFolder,

    /// <summary>Another process works in it.</summary>
    Locked,

    /// <summary>Its format file is not what this program writes.</summary>
    FormatMalformed,

    /// <summary>A later program made it.</summary>
    SchemaNewer,

    /// <summary>It belongs to another chain.</summary>
    WrongChain,
    DiskFull,
}
