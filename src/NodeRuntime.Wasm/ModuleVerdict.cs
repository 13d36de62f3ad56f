namespace NodeRuntime.Wasm;

/// <summary>What came of reading a module's bytes. A module is accepted whole or not at all, before any code is made.</summary>
public enum ModuleVerdict
{
    Accepted,

    /// <summary>A limit of <see cref="ModuleLimits"/> is passed; the detail names it.</summary>
    LimitExceeded,

    /// <summary>Not the binary format (WebAssembly 2.0, section 5).</summary>
    Malformed,

    /// <summary>The binary format, but of a feature this engine does not run; the detail names the feature.</summary>
    Unsupported,

    /// <summary>Well-formed, but not valid (WebAssembly 2.0, section 3).</summary>
    Invalid,
}
