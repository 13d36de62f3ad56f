using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Simulation;

/// <summary>One run: how many peers for how long, and which world the seed draws.</summary>
public sealed record SimulationConfig
{
    public required int Peers { get; init; }

    /// <summary>The first so many peers validate.</summary>
    public required int Validators { get; init; }

    public required ulong Seed { get; init; }

    public required Duration Length { get; init; }

    public required Faults Faults { get; init; }

    /// <summary>How long behind <see cref="World.Start"/> the world's clock stands when it begins: that is the first moment of a day.</summary>
    public Duration BeginsLater { get; init; } = Duration.Zero;

    /// <summary>What goes wrong by a plan, beside or in place of what the seed draws.</summary>
    public NemesisPlan? Plan { get; init; }

    /// <summary>After this much of the run nothing more goes wrong, and everybody must come back.</summary>
    public Duration HealBefore { get; init; } = Duration.FromSeconds(25);

    /// <summary>Mean time between jobs; zero for none.</summary>
    public Duration JobEvery { get; init; } = Duration.FromSeconds(6);

    /// <summary>Each peer has somebody with stake behind it, and a look at the stakes comes every few blocks.</summary>
    public bool HasOperators { get; init; }

    /// <summary>Mean time between changes of who wants to validate; zero for none. The validators of genesis stay.</summary>
    public Duration SetChangeEvery { get; init; } = Duration.Zero;

    /// <summary>Transfers that people send, over all peers.</summary>
    public int TransfersPerSecond { get; init; }

    /// <summary>The real curve instead of make-believe signatures: slower, and the digest of a run need not repeat.</summary>
    public bool UsesRealSignatures { get; init; }

    /// <summary>The first validator signs two proposals for each view that it leads.</summary>
    public bool HasEquivocator { get; init; }

    /// <summary>The second validator receives and never votes.</summary>
    public bool HasSilentVoter { get; init; }

    /// <summary>Where a peer records what its machines are told; null records nothing.</summary>
    public System.Func<int, NodeRuntime.Actors.Ports.IFlightTapes>? Flight { get; init; }

    /// <summary>The third peer changes a byte in every chunk of a snapshot that it serves.</summary>
    public bool HasSnapshotPoisoner { get; init; }

    /// <summary>The fourth peer offers snapshots of heights that nobody has, and makes them up when asked.</summary>
    public bool HasHeightLiar { get; init; }

    /// <summary>How peers keep their history and catch up.</summary>
    public NodeRuntime.Runtime.SyncSettings Sync { get; init; } = NodeRuntime.Runtime.SyncSettings.Default;

    /// <summary>Accounts of nobody in genesis: a larger state.</summary>
    public int AccountsMore { get; init; }

    /// <summary>The third peer announces transactions that do not exist and gives nobody those that do.</summary>
    public bool HasBodyWithholder { get; init; }

    /// <summary>All peers prove capacity on a chain with terms for it; null for none.</summary>
    public Capacity.SimulatedCapacity? Capacity { get; init; }

    /// <summary>All peers enter what happens to data; null for none: a world without it is what it was.</summary>
    public NodeRuntime.Runtime.Provenance.ProvenanceSettings? Provenance { get; init; }

    /// <summary>What peers hold their machines against, where <see cref="Equip"/> gives them eyes; null for nothing.</summary>
    public NodeRuntime.Runtime.Posture.PosturePlan? Posture { get; init; }

    /// <summary>What a peer has beside the simulator's own ports, at each of its starts; null for nothing.</summary>
    public System.Func<int, NodeRuntime.Runtime.NodePorts, NodeRuntime.Runtime.NodePorts>? Equip { get; init; }

    /// <summary>Puts something between a peer and its network that says other things than the peer does; it has the peer's key. Null for nobody.</summary>
    public System.Func<int, NodeRuntime.Crypto.ISigner, NodeRuntime.Actors.Ports.INetwork, NodeRuntime.Actors.Ports.INetwork>? Bend { get; init; }

    /// <summary>Hears what peers say; takes no part.</summary>
    public System.Action<int, NodeRuntime.Runtime.NodeLog>? Log { get; init; }
}
