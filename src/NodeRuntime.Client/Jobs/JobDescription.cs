using System.Collections.Generic;

namespace NodeRuntime.Client.Jobs;

/// <summary>What a person wrote into a job file. Read once, validated once; see docs/jobs.md.</summary>
public sealed class JobDescription
{
    public const int VersionNow = 1;

    /// <summary>The format's version.</summary>
    public int Version { get; set; } = VersionNow;

    /// <summary>For people; empty takes the module's.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>The WebAssembly program, a WASI preview 1 command; relative to the job file.</summary>
    public string Module { get; set; } = string.Empty;

    /// <summary>The program's arguments, without its own name, which is the module's.</summary>
    public List<string> Args { get; set; } = [];

    public Dictionary<string, string> Env { get; set; } = [];

    /// <summary>Files that the program finds under /in: name there, path here.</summary>
    public Dictionary<string, string> Inputs { get; set; } = [];

    /// <summary>A file for the program's standard input; empty for none.</summary>
    public string Stdin { get; set; } = string.Empty;

    public JobLimitsSection Limits { get; set; } = new();

    /// <summary>The most to pay, in base units (a millionth of a token) per second.</summary>
    public ulong PricePerSecond { get; set; } = 10_000;

    /// <summary>Where it must run; empty for anywhere.</summary>
    public string Region { get; set; } = string.Empty;

    /// <summary>Where the program's randomness begins.</summary>
    public ulong Seed { get; set; }

    /// <summary>What the program's clock shows at its start, ISO 8601; empty for the moment of submission.</summary>
    public string StartTime { get; set; } = string.Empty;

    /// <summary>Seconds from lease to Ready: long enough to upload the inputs.</summary>
    public uint ReadyWithin { get; set; } = 60;

    /// <summary>Seconds to wait for a lease, all attempts together.</summary>
    public uint ExpiresAfter { get; set; } = 600;
}

/// <summary>What a job may use; providers refuse what they do not offer.</summary>
public sealed class JobLimitsSection
{
    /// <summary>About a unit for each instruction; a core does some tens of billions in a second.</summary>
    public ulong Fuel { get; set; } = 100_000_000_000;

    public uint MemoryMiB { get; set; } = 256;

    public uint OutputMiB { get; set; } = 64;

    /// <summary>The most seconds to pay for; price times seconds is the deposit.</summary>
    public uint Seconds { get; set; } = 300;
}
