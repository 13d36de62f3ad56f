using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>What a machine is given for its life.</summary>
public sealed record ConsensusConfig
{
    public required ChainId Chain { get; init; }

    /// <summary>Who votes on the child of the block that the recovery leads to; later sets come with the chain.</summary>
    public required ValidatorSet ValidatorsAtStart { get; init; }

    /// <summary>Before <see cref="ValidatorsAtStart"/>: evidence may be of these too.</summary>
    public required PastEpochs Past { get; init; }

    public required ChainParameters Parameters { get; init; }

    public required Instant GenesisTime { get; init; }

    public required ISigner Signer { get; init; }

    /// <summary>
    /// Other keys of this validator, one of which may be in force in this epoch or in the next: whoever changes a key holds both until the
    /// seal. The first one that an epoch's set names signs in it, and no other.
    /// </summary>
    public ImmutableArray<ISigner> OtherSigners { get; init; } = [];

    public required ISignatureVerifier Signatures { get; init; }

    /// <summary>For the jitter of retries.</summary>
    public required Prng Prng { get; init; }

    /// <summary>Who is more blocks behind asks for a snapshot; null for a peer that wants every block itself.</summary>
    public ulong? SnapshotBehind { get; init; }

    /// <summary>Off only for twins, two machines with one key, which tests make on purpose.</summary>
    internal bool FencesOnForeignVotes { get; init; } = true;

    /// <summary>An error that the simulator must find.</summary>
    internal RuleMutant Mutant { get; init; } = RuleMutant.None;
}
