using System.Collections.Immutable;
using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus;

/// <summary>Skeleton.</summary>
public sealed class ConsensusMachine
{
    private readonly ConsensusSetup _setup;

    public ConsensusMachine(ConsensusSetup setup, ConsensusRecovery recovery, Prng prng)
    {
        Invariant.Holds(setup is not null);
        _setup = setup;
        Invariant.Holds(recovery is not null);
        Invariant.Holds(prng is not null);
    }

    /// <summary>Where the machine stands.</summary>
    public ConsensusSnapshot? Snapshot { get; private set; }

    /// <summary>Takes one input and returns what the world must do, in order.</summary>
    public ImmutableArray<ConsensusEffect> Step(Instant now, ConsensusInput input)
    {
        Invariant.Holds(input is not null);
        Invariant.Holds(_setup.Validators.Count > 0);
        return [];
    }
}
