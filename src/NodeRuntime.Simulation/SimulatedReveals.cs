using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation;

/// <summary>Chains of reveals for signers whose scalar nobody sees: from their public keys, which no adversary of ours thinks of.</summary>
internal static class SimulatedReveals
{
    /// <summary>Short: a world has a hundred keys, and few outlive a thousand views of their own. Those that do show what happens then.</summary>
    public static BeaconParameters Parameters { get; } = BeaconParameters.Development with { RevealsMax = 1_024 };

    public static RevealChain Of(ChainParameters parameters, ISigner signer) =>
        RevealChain.FromSecret(Hasher.Tagged(HashDomain.Reveal, signer.PublicKey.AsSpan()), parameters.Beacon.RevealsMax);

    /// <summary>Behind each of a peer's keys.</summary>
    public static ImmutableArray<RevealChain> Of(Genesis genesis, ISigner signer, ISigner? second) => second is null
        ? [Of(genesis.Parameters, signer)]
        : [Of(genesis.Parameters, signer), Of(genesis.Parameters, second)];
}
