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
    TooManyDescriptors = 33,
    NameTooLong = 37,
    NoEntry = 44,
    NoSpace = 51,
    NotDirectory = 54,
    NotEmpty = 55,
    NotSocket = 57,
    NotSupported = 58,
    ReadOnly = 69,
    NotSeekable = 70,
    NotCapable = 76,
}
