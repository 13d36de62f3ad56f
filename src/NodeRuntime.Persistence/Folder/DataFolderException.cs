using System;

namespace NodeRuntime.Persistence.Folder;

/// <summary>Why a data folder was refused: a person's matter, so the message says where and what to do.</summary>
public sealed class DataFolderException(DataFolderVerdict verdict, string message, Exception? cause = null) : Exception(message, cause)
{
    public DataFolderVerdict Verdict { get; } = verdict;
}
