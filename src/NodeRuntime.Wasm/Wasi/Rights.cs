using System;

namespace NodeRuntime.Wasm.Wasi;

/// <summary>What may be done with a descriptor, by the bits of WASI preview 1. A descriptor's rights can only shrink.</summary>
[Flags]
internal enum Rights : ulong
{
    None = 0,
    DataSync = 1UL << 0,
    Read = 1UL << 1,
    Seek = 1UL << 2,
    SetFlags = 1UL << 3,
    Sync = 1UL << 4,
    Tell = 1UL << 5,
    Write = 1UL << 6,
    Advise = 1UL << 7,
    Allocate = 1UL << 8,
    CreateDirectory = 1UL << 9,
    CreateFile = 1UL << 10,
    LinkSource = 1UL << 11,
    LinkTarget = 1UL << 12,
    Open = 1UL << 13,
    ReadDirectory = 1UL << 14,
    ReadLink = 1UL << 15,
    RenameSource = 1UL << 16,
    RenameTarget = 1UL << 17,
    PathStat = 1UL << 18,
    PathSetSize = 1UL << 19,
    PathSetTimes = 1UL << 20,
    Stat = 1UL << 21,
    SetSize = 1UL << 22,
    SetTimes = 1UL << 23,
    Symlink = 1UL << 24,
    RemoveDirectory = 1UL << 25,
    UnlinkFile = 1UL << 26,
    Poll = 1UL << 27,
    Shutdown = 1UL << 28,
    Accept = 1UL << 29,

    All = (1UL << 30) - 1,

    /// <summary>What makes sense on a file.</summary>
    OfFile = DataSync | Read | Seek | SetFlags | Sync | Tell | Write | Advise | Allocate | Stat | SetSize | SetTimes | Poll,

    /// <summary>What makes sense on a directory.</summary>
    OfDirectory = DataSync | SetFlags | Sync | Advise | CreateDirectory | CreateFile | LinkSource | LinkTarget | Open | ReadDirectory
        | ReadLink | RenameSource | RenameTarget | PathStat | PathSetSize | PathSetTimes | Stat | SetTimes | Symlink | RemoveDirectory
        | UnlinkFile | Poll,

    OfInput = Read | SetFlags | Stat | Poll,

    OfOutput = Write | SetFlags | Sync | DataSync | Stat | Poll,

    /// <summary>Whoever asks for one of these wants to change the file.</summary>
    Changing = Write | Allocate | SetSize,
}
