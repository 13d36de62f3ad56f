using System.Globalization;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;
using NodeRuntime.Simulation.Pictures;

namespace NodeRuntime.Cli.Simulate;

/// <summary>Runs one seed as the options say.</summary>
internal static class SeedRun
{
    public static SeedOutcome Of(SimulateOptions options, ulong seed, Timeline? timeline = null)
    {
        SeedOutcome outcome = Once(options, seed, timeline);
        if (!options.IsTwice) return outcome;
        SeedOutcome again = Once(options, seed, null);
        return again.Digest == outcome.Digest
            ? outcome
            : outcome with { Violations = outcome.Violations.Add($"determinism: {outcome.Digest.ToShortString()} and then {again.Digest.ToShortString()}") };
    }

    /// <summary>The same run without its error made on purpose: what it breaks then is not the error's doing.</summary>
    public static AgreementReport Innocent(SimulateOptions options, ulong seed) =>
        new AgreementWorld(AgreementOf(options, seed) with { Mutant = Mutant.None }).Run();

    private static SeedOutcome Once(SimulateOptions options, ulong seed, Timeline? timeline)
    {
        if (options.Layer == SimulatedLayer.Peer) return OfPeers(options, seed);
        AgreementReport report = new AgreementWorld(AgreementOf(options, seed) with { Timeline = timeline }).Run();
        return new SeedOutcome(seed, report.Violations, report.Digest, report.Simulated, report.Recovery, report.Marks, report.Plan, ReplayOf(options, seed));
    }

    private static AgreementConfig AgreementOf(SimulateOptions options, ulong seed)
    {
        if (options.AreTwins)
        {
            TwinsCase twins = seed < TwinsCase.EnumeratedCount ? TwinsCase.Enumerated((int)seed) : TwinsCase.Sampled(seed);
            return twins.ToConfig(seed, options.Mutant);
        }

        if (options.Plan is not { } plan) return Swarm.Draw(seed, options.ValidatorsOf(seed), options.Length, options.Mutant);
        return new AgreementConfig
        {
            Seed = seed,
            Validators = options.ValidatorsOf(seed),
            Plan = plan with { Peers = options.ValidatorsOf(seed) },
            Mutant = options.Mutant,
        };
    }

    private static SeedOutcome OfPeers(SimulateOptions options, ulong seed)
    {
        SimulationReport report = new World(PeersOf(options, seed)).Run();
        return new SeedOutcome(seed, report.Violations, report.Digest, report.Simulated, report.Recovery, report.Marks, options.Plan?.Describe() ?? string.Empty, ReplayOf(options, seed));
    }

    public static SimulationConfig PeersOf(SimulateOptions options, ulong seed) => new()
    {
        Peers = System.Math.Max(options.Peers, options.ValidatorsOf(seed)),
        Validators = options.ValidatorsOf(seed),
        Seed = seed,
        Length = options.Plan?.Length ?? options.Length,
        Plan = options.Plan,
        Faults = (options.Plan is null ? options.Faults : FaultChoice.None) switch
        {
            FaultChoice.None => Faults.None,
            FaultChoice.All => Faults.All,
            FaultChoice.Draw => Faults.Draw(new Prng(seed)),
        },
    };

    /// <summary>The one line that shows the same again.</summary>
    public static string ReplayOf(SimulateOptions options, ulong seed)
    {
        StringBuilder line = new("noderuntime simulate");
        if (options.Layer == SimulatedLayer.Consensus) line.Append(" --layer consensus");
        else line.Append(CultureInfo.InvariantCulture, $" --peers {options.Peers}");
        if (options.AreTwins) line.Append(CultureInfo.InvariantCulture, $" --twins {seed}");
        else line.Append(CultureInfo.InvariantCulture, $" --seed {seed} --validators {options.ValidatorsOf(seed)}");
        if (options.PlanName is { } plan) line.Append(" --plan ").Append(plan);
        else if (!options.AreTwins) line.Append(CultureInfo.InvariantCulture, $" --seconds {options.Length.Seconds}");
        if (options.Layer == SimulatedLayer.Peer && options.Plan is null) line.Append(" --faults ").Append(options.Faults.ToString().ToLowerInvariant());
        if (options.Mutant != Mutant.None) line.Append(" --mutant ").Append(options.Mutant);
        return line.ToString();
    }
}
