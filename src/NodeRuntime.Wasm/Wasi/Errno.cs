namespace NodeRuntime.Wasm.Wasi;

/// <summary>WASI preview 1 error numbers, as far as this host gives them.</summary>
internal enum Errno
{
    Success = 0,
    BadDescriptor = 8,
    Exists = 20,
    FileTooBig = 22,
    IllegalBytes = 25,
    Invalid = 28,
    IsDirectory = 31,
    Loop = 32,
    TooManyDescriptors = 33,
    NameTooLong = 37,
    NoEntry = 44,
    NoSpace = 51,
    NotDirectory = 54,
    NotEmpty = 55,
    NotSupported = 58,
    NotPermitted = 63,
    ReadOnly = 69,
    NotSeekable = 70,
    CrossDevice = 75,
    NotCapable = 76,
}
