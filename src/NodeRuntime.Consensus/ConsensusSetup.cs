using System;
using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// What a machine is told once, at its construction: the chain, who votes on it, which of the voters it is itself (none
/// for an observer), and the two pure functions that it borrows.
/// </summary>
public sealed record ConsensusSetup
{
    public required ChainId Chain { get; init; }

    /// <summary>The time of the block at height 0, which has no header.</summary>
    public required Instant GenesisTime { get; init; }

    public required ChainParameters Parameters { get; init; }

    public required ValidatorSet Validators { get; init; }

    /// <summary>The transport identity of each validator, in the order of the set.</summary>
    public required ImmutableArray<PeerId> ValidatorPeers { get; init; }

    /// <summary>Our place in the set; none for an observer, which follows and never votes.</summary>
    public ValidatorIndex? Self { get; init; }

    public required ISignatureVerifier Signatures { get; init; }

    /// <summary>The root over a block's encoded transactions, as <see cref="BlockHeader.BodyRoot"/> holds it.</summary>
    public required Func<ImmutableArray<ReadOnlyMemory<byte>>, Hash256> BodyRoot { get; init; }

    /// <summary>Off only for the test harness's twins, which are two machines with one key by design.</summary>
    internal bool FencesOnForeignVotes { get; init; } = true;

    /// <summary>The setup of the first epoch. Validators are reached under the peer id of their validator key.</summary>
    /// <param name="key">Our validator key, or any other key (or none) for an observer.</param>
    public static ConsensusSetup Of(
        Genesis genesis,
        PublicKey? key,
        ISignatureVerifier signatures,
        Func<ImmutableArray<ReadOnlyMemory<byte>>, Hash256> bodyRoot)
    {
        ValidatorSet set = genesis.ValidatorSet;
        ImmutableArray<PeerId>.Builder peers = ImmutableArray.CreateBuilder<PeerId>(set.Count);
        foreach (GenesisValidator member in set.Members) peers.Add(member.Key.ToPeerId());
        return new ConsensusSetup
        {
            Chain = genesis.ChainId,
            GenesisTime = genesis.Time,
            Parameters = genesis.Parameters,
            Validators = set,
            ValidatorPeers = peers.MoveToImmutable(),
            Self = key is { } own ? set.IndexOf(own) : null,
            Signatures = signatures,
            BodyRoot = bodyRoot,
        };
    }
}
