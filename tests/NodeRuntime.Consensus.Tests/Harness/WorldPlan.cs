using NodeRuntime.Primitives;

namespace NodeRuntime.Consensus.Tests.Harness;

/// <summary>
/// What one seed does to the world. Each seed switches whole classes of faults on or off, so that some runs are harsh in
/// one way and calm in all others.
/// </summary>
internal sealed record WorldPlan
{
    public required ulong Seed { get; init; }

    public required int Validators { get; init; }

    public int Observers { get; init; }

    /// <summary>Keys that two nodes share: equivocation, double votes and amnesia for free.</summary>
    public int Twins { get; init; }

    public int Silent { get; init; }

    /// <summary>More twins than the protocol withstands: honest nodes may disagree, and halt when they learn of it.</summary>
    public bool MayFork { get; init; }

    public int LossPerMille { get; init; }

    public int DuplicatePerMille { get; init; }

    public Duration DelayMin { get; init; } = Duration.FromMilliseconds(5);

    public Duration DelayMax { get; init; } = Duration.FromMilliseconds(60);

    public bool HasCrashes { get; init; }

    public bool HasPartitions { get; init; }

    public bool HasSlowDisks { get; init; }

    public bool HasSkewedClocks { get; init; }

    public bool IsWeighted { get; init; }

    public bool IsBusy { get; init; } = true;

    /// <summary>Blocks from one look at the stakes to the next, each of which finds another set; 0 where one set votes for ever.</summary>
    public ulong SetBlocks { get; init; }

    public Duration Chaos { get; init; } = Duration.FromSeconds(12);

    public int ChainCount { get; init; } = 16;

    public static WorldPlan FromSeed(ulong seed)
    {
        Prng prng = new(seed ^ 0x5EED_0000_0000_0000);
        int[] sizes = [1, 2, 3, 4, 7, 10];
        int validators = sizes[seed % 6];
        int faulty = (validators - 1) / 3;
        int twins = faulty == 0 ? 0 : prng.NextBelow(faulty + 1);
        int silent = prng.NextChance(300) ? faulty - twins : 0;
        bool isHarsh = prng.NextChance(500);
        return new WorldPlan
        {
            Seed = seed,
            Validators = validators,
            Observers = prng.NextBelow(3),
            Twins = twins,
            Silent = silent,
            LossPerMille = prng.NextChance(500) ? prng.NextBelow(isHarsh ? 400 : 100) : 0,
            DuplicatePerMille = prng.NextChance(400) ? prng.NextBelow(300) : 0,
            DelayMin = Duration.FromMilliseconds(1 + prng.NextBelow(20)),
            DelayMax = Duration.FromMilliseconds(30 + prng.NextBelow(isHarsh ? 1500 : 150)),
            HasCrashes = prng.NextChance(500),
            HasPartitions = prng.NextChance(400),
            HasSlowDisks = prng.NextChance(150),
            HasSkewedClocks = prng.NextChance(250),
            IsWeighted = prng.NextChance(250) && twins + silent == 0,
            IsBusy = prng.NextChance(800),
            ChainCount = prng.NextChance(300) ? 16 : 64,
            SetBlocks = prng.NextChance(400) ? (ulong)(4 + prng.NextBelow(12)) : 0,
        };
    }

    public Duration DiskDelay(Prng prng, bool isHealed) =>
        Duration.FromMilliseconds(1 + prng.NextBelow(HasSlowDisks && !isHealed ? 80 : 4));

    public Duration LedgerDelay(Prng prng) => Duration.FromMilliseconds(1 + prng.NextBelow(8));
}
