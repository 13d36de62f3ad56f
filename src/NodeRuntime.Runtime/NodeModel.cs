using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Capacity;
using NodeRuntime.Runtime.Posture;
using NodeRuntime.Runtime.Provenance;
using NodeRuntime.Workload;

namespace NodeRuntime.Runtime;

/// <summary>What a peer is for as long as it runs: made once from its configuration and its key.</summary>
public sealed record NodeModel
{
    public required Genesis Genesis { get; init; }

    public required ChainId Chain { get; init; }

    /// <summary>host:port that others dial.</summary>
    public required string Address { get; init; }

    /// <summary>host:port of its HTTP API; empty for none.</summary>
    public required string Api { get; init; }

    public required ImmutableArray<string> Seeds { get; init; }

    public required string Region { get; init; }

    /// <summary>Null: this peer sells nothing.</summary>
    public required ProviderConfig? Provider { get; init; }

    /// <summary>What this peer proves, on a chain that rewards it; null for nothing.</summary>
    public CapacityPlan? Capacity { get; init; }

    /// <summary>How this peer enters what happens to data; null enters nothing.</summary>
    public ProvenanceSettings? Provenance { get; init; } = ProvenanceSettings.Default;

    /// <summary>What of its machine this peer holds against what; null for nothing.</summary>
    public PosturePlan? Posture { get; init; }

    /// <summary>What a provider keeps bonded.</summary>
    public required Amount BondTarget { get; init; }

    public required string Version { get; init; }

    public const int VerifiersMax = 64;

    /// <summary>How many transactions' signatures are verified at the same time: the machine's processors, in production.</summary>
    public int Verifiers { get; init; } = 1;

    public SyncSettings Sync { get; init; } = SyncSettings.Default;

    /// <summary>A place in the first epoch's set, where the key has one; who votes now the ledger says.</summary>
    public ValidatorIndex? ValidatorIndexOf(PublicKey key) => Genesis.ValidatorSet.IndexOf(key);
}
