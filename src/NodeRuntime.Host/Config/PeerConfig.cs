using System;
using System.Collections.Generic;
using NodeRuntime.Runtime;

namespace NodeRuntime.Host.Config;

/// <summary>What a person wrote into config/peer.yaml. Read once, validated once; see docs/configuration.md.</summary>
public sealed class PeerConfig
{
    public const int VersionNow = 1;

    public const string RetentionOfArchive = "archive";

    /// <summary>The format's version.</summary>
    public int Version { get; set; } = VersionNow;

    /// <summary>Where the peer keeps all it has; relative to the file.</summary>
    public string Data { get; set; } = "data";

    /// <summary>The node key's file; relative to the file.</summary>
    public string Key { get; set; } = "node.key";

    /// <summary>The file of the key that votes, where it is not the node key; relative to the file.</summary>
    public string ConsensusKey { get; set; } = string.Empty;

    /// <summary>
    /// The file of the key that votes from the next seal on, while one is changed: the peer holds both, and signs with the one that the
    /// epoch's set names.
    /// </summary>
    public string NextConsensusKey { get; set; } = string.Empty;

    /// <summary>The chain to join: its genesis hash.</summary>
    public string Genesis { get; set; } = string.Empty;

    /// <summary>host:port to listen on for peers and owners.</summary>
    public string Listen { get; set; } = "127.0.0.1:26600";

    /// <summary>host:port that others dial, where it differs.</summary>
    public string Advertise { get; set; } = string.Empty;

    /// <summary>host:port of the HTTP API. Keep it on loopback unless a reverse proxy stands before it.</summary>
    public string Api { get; set; } = "127.0.0.1:26610";

    public List<string> Seeds { get; set; } = [];

    /// <summary>ISO 3166-1 alpha-2 and what you like behind it; owners may ask for a region.</summary>
    public string Region { get; set; } = string.Empty;

    /// <summary>A PostgreSQL connection string; empty for the embedded SQLite.</summary>
    public string Postgres { get; set; } = string.Empty;

    /// <summary>How much of what the machines were told is kept, to be replayed; zero records nothing.</summary>
    public int FlightMiB { get; set; } = 64;

    /// <summary>For how long it is kept at most.</summary>
    public int FlightMinutes { get; set; } = 10;

    /// <summary>Blocks from one snapshot of the ledger to the next.</summary>
    public ulong SnapshotEvery { get; set; } = SyncSettings.Default.SnapshotEvery;

    /// <summary>Who is more blocks behind than this fetches a snapshot; 0: never, every block is fetched and executed.</summary>
    public ulong SnapshotBehind { get; set; } = SyncSettings.Default.SnapshotBehind ?? 0;

    /// <summary>"archive", or how many blocks stay on disk.</summary>
    public string Retention { get; set; } = RetentionOfArchive;

    /// <summary>Absent: nothing is sent anywhere.</summary>
    public TelemetrySection? Telemetry { get; set; }

    /// <summary>Absent: this peer sells nothing.</summary>
    public ProviderSection? Provider { get; set; }

    /// <summary>Absent: this peer proves no capacity.</summary>
    public CapacitySection? Capacity { get; set; }

    /// <summary>Absent: events are entered as by default.</summary>
    public ProvenanceSection? Provenance { get; set; }

    /// <summary>Absent: the peer watches what is its own.</summary>
    public PostureSection? Posture { get; set; }
}

/// <summary>What the peer holds its machine against.</summary>
public sealed class PostureSection
{
    /// <summary>False: nothing is watched, and the heartbeat says so.</summary>
    public bool Watch { get; set; } = true;

    /// <summary>A file of controls beside those that every peer has; relative to the file. Empty: none.</summary>
    public string Controls { get; set; } = string.Empty;

    /// <summary>A file of what is expected of data, held against the events that this peer enters; relative to the file. Empty: none.</summary>
    public string Uses { get; set; } = string.Empty;

    /// <summary>Raise it, and what is there at the next start is what is right from then on.</summary>
    public uint Baseline { get; set; } = 1;

    /// <summary>Seconds, on the average, from one challenge of some peer to the next; 0 asks nobody. Others are answered in any case.</summary>
    public int Challenge { get; set; } = 60;
}

/// <summary>How the peer enters what happens to data.</summary>
public sealed class ProvenanceSection
{
    /// <summary>False: nothing is entered, and nobody's parent is this peer.</summary>
    public bool Enter { get; set; } = true;

    /// <summary>Where its events happen: two capital letters, and behind a dash the site. "ZZ" is a code that no country has.</summary>
    public string Zone { get; set; } = "ZZ";

    /// <summary>What is kept of an event in the calendar: "commit", "record" or "full".</summary>
    public string Keep { get; set; } = "record";

    /// <summary>For how many seconds.</summary>
    public int Seconds { get; set; } = 24 * 3600;

    /// <summary>Events that one account may enter in a second; twice as many at once.</summary>
    public int EventsPerSecond { get; set; } = 8192;

    /// <summary>Outside witnesses that are shown each checkpoint where this peer validates.</summary>
    public List<WitnessEntry> Witnesses { get; set; } = [];
}

/// <summary>An outside witness of the calendar.</summary>
public sealed class WitnessEntry
{
    /// <summary>As `noderuntime witness new` prints it: NAME+HASH+KEY.</summary>
    public string Key { get; set; } = string.Empty;

    /// <summary>Where it answers, such as https://witness.example.</summary>
    public string Url { get; set; } = string.Empty;
}

/// <summary>Where figures and traces are sent, by OTLP.</summary>
public sealed class TelemetrySection
{
    /// <summary>The collector's base address, such as http://127.0.0.1:4318.</summary>
    public string Endpoint { get; set; } = string.Empty;

    /// <summary>Between two exports of all figures.</summary>
    public int Seconds { get; set; } = 15;

    /// <summary>Of how many requests and deliveries, in a million, the whole way is followed; zero follows none.</summary>
    public int TracesPerMillion { get; set; } = 1000;
}

/// <summary>What the peer sells and for how much.</summary>
public sealed class ProviderSection
{
    /// <summary>Base units (a millionth of a token) per second of a running job.</summary>
    public ulong PricePerSecond { get; set; } = 1_000;

    public uint MemoryMiB { get; set; } = 1024;

    public ulong FuelMax { get; set; } = 2_000_000_000_000;

    public ulong InputMiB { get; set; } = 1024;

    public ulong OutputMiB { get; set; } = 256;

    /// <summary>Leases at once.</summary>
    public int Leases { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Whole tokens to keep bonded; the peer bonds what is missing as soon as it has it.</summary>
    public ulong BondTokens { get; set; } = 200;
}

/// <summary>What of this machine is proven, and what the proofs may take of it.</summary>
public sealed class CapacitySection
{
    /// <summary>Of space, each of the chain's size (1 GiB); 0 proves no space.</summary>
    public uint Units { get; set; }

    /// <summary>Where the plot lies: a folder of its own, best on a disk of its own; relative to the file.</summary>
    public string Folder { get; set; } = "plot";

    /// <summary>All that is done for proofs takes so many processors at most; each searches one unit of processor.</summary>
    public int Cores { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Of each core's time, in hundredths, for work that has no deadline: making rows and scanning them.</summary>
    public int ThrottlePercent { get; set; } = 50;

    /// <summary>2.3 GiB of memory for RandomX's dataset: twelve times the rate.</summary>
    public bool Dataset { get; set; }

    /// <summary>Where the capacity stands, where that is not the peer's region.</summary>
    public string Region { get; set; } = string.Empty;

    /// <summary>What owners may ask for: words such as ssd.</summary>
    public List<string> Attributes { get; set; } = [];

    /// <summary>When nothing will be proven; declared beforehand it is unpaid and no fault.</summary>
    public List<MaintenanceEntry> Maintenance { get; set; } = [];
}

public sealed class MaintenanceEntry
{
    /// <summary>In UTC, as 2026-12-01T02:00:00Z.</summary>
    public string From { get; set; } = string.Empty;

    public int Minutes { get; set; }
}
