using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Posture.Observing;

namespace NodeRuntime.Runtime;

/// <summary>All that a peer touches of the world. The host binds the real ones, the simulator its own; nothing else differs.</summary>
public sealed record NodePorts
{
    public required INetwork Network { get; init; }

    public required IJournal Journal { get; init; }

    public required IBlobs Blobs { get; init; }

    public required ISandbox Sandbox { get; init; }

    public required IEntropy Entropy { get; init; }

    /// <summary>The node key: it names the peer and its account, and signs for both.</summary>
    public required ISigner Signer { get; init; }

    /// <summary>
    /// Keys that may vote, the one in force first. The node key where nobody said otherwise; two while one is changed for another.
    /// </summary>
    public ImmutableArray<ISigner> ConsensusSigners
    {
        get => field.IsDefaultOrEmpty ? [Signer] : field;
        init;
    }

    /// <summary>Behind the keys that may vote, in any order; a key that committed to none needs none.</summary>
    public ImmutableArray<RevealChain> Reveals { get; init; } = [];

    public required ISignatureVerifier Signatures { get; init; }

    /// <summary>What accusations of forged work are decided with; it must have the chain's work function.</summary>
    public IWorkHashes Work { get; init; } = PortableWorkHashes.Instance;

    /// <summary>Processors and disks that prove capacity; none proves nothing.</summary>
    public ICapacityEngine? Capacity { get; init; }

    /// <summary>Eyes on the machine that the peer runs on; none sees nothing, and the heartbeat says so.</summary>
    public IMachineWatch? Machine { get; init; }

    /// <summary>Where machines record what they are told; none records nothing.</summary>
    public IFlightTapes? Flight { get; init; }
}
