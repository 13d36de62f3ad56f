using System;
using System.CommandLine;
using System.Globalization;
using System.Threading.Tasks;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Nemesis;

namespace NodeRuntime.Cli.Simulate;

/// <summary><c>noderuntime simulate</c>: peers in virtual time, one seed or many, under drawn faults or a plan.</summary>
internal static class SimulateVerb
{
    private const int DefaultSecondsOfConsensus = 30;

    public static Command Build(CliWorld world, GlobalOptions options)
    {
        Option<int> peers = new("--peers") { Description = "Peers in all", DefaultValueFactory = static _ => 10 };
        Option<string?> validators = new("--validators") { Description = "How many validate, or a range that seeds go through: 4..7", HelpName = "N|A..B" };
        Option<ulong> seed = new("--seed") { Description = "Draws everything that happens", DefaultValueFactory = static _ => 1 };
        Option<int> minutes = new("--minutes") { Description = "Simulated minutes", DefaultValueFactory = static _ => 2 };
        Option<FaultChoice> faults = new("--faults") { Description = "none, all, or draw: what the seed chooses", DefaultValueFactory = static _ => FaultChoice.Draw };
        Option<SimulatedLayer> layer = new("--layer") { Description = "peer: whole peers with jobs; consensus: agreement, ledger and store alone, and much faster", DefaultValueFactory = static _ => SimulatedLayer.Peer };
        Option<string?> seeds = new("--seeds") { Description = "Many seeds, both ends included", HelpName = "A..B" };
        Option<string?> twins = new("--twins") { Description = "Cases of one key in two machines, by number", HelpName = "A..B" };
        Option<int?> seconds = new("--seconds") { Description = "Simulated seconds, in place of minutes", HelpName = "N" };
        Option<int> jobs = new("--jobs") { Description = "Seeds at a time", DefaultValueFactory = static _ => Environment.ProcessorCount };
        Option<string?> plan = new("--plan") { Description = "What goes wrong, in place of what seeds draw: a name or a file", HelpName = "NAME|FILE" };
        Option<double?> hours = new("--hours") { Description = "Goes on with further seeds for so many hours", HelpName = "N" };
        Option<bool> twice = new("--twice") { Description = "Every seed twice: its digests must be equal" };
        Option<Mutant> mutant = new("--mutant") { Description = "An error made on purpose, for the seeds to find", DefaultValueFactory = static _ => Mutant.None };
        Option<bool> mutants = new("--mutants") { Description = "For every such error the first seed that finds it" };
        Option<string?> timeline = new("--timeline") { Description = "A picture of one seed", HelpName = "FILE.svg" };
        Command command = new("simulate", "Run peers in virtual time and check what must never happen")
        {
            peers, validators, seed, minutes, faults, layer, seeds, twins, seconds, jobs, plan, hours, twice, mutant, mutants, timeline,
            BiasVerb.Build(world, options), CheatsVerb.Build(world, options),
        };
        return command.Runs(world, options, async (session, parsed, cancellation) =>
        {
            SimulatedLayer chosen = parsed.GetValue(twins) is null && !parsed.GetValue(mutants) && parsed.GetValue(mutant) == Mutant.None
                ? parsed.GetValue(layer)
                : SimulatedLayer.Consensus;
            NemesisPlan? named = parsed.GetValue(plan) is { } name ? PlanCatalog.Load(name) : null;
            (ulong First, ulong Last) range = (parsed.GetValue(seed), parsed.GetValue(seed));
            if (parsed.GetValue(seeds) is { } many) range = Range("--seeds", many, 0, long.MaxValue);
            if (parsed.GetValue(twins) is { } cases) range = Range("--twins", cases, 0, long.MaxValue);
            (ulong Least, ulong Most) voters = Voters(parsed.GetValue(validators), named, chosen, parsed.GetValue(seeds) is not null || parsed.GetValue(hours) is not null);
            SimulateOptions asked = new()
            {
                Layer = chosen,
                Peers = parsed.GetValue(peers),
                ValidatorsLeast = (int)voters.Least,
                ValidatorsMost = (int)voters.Most,
                FirstSeed = range.First,
                LastSeed = range.Last,
                Length = LengthOf(parsed.GetValue(seconds), parsed.GetResult(minutes) is { Implicit: false }, parsed.GetValue(minutes), chosen),
                Faults = parsed.GetValue(faults),
                Jobs = parsed.GetValue(jobs),
                Plan = named,
                PlanName = parsed.GetValue(plan),
                Mutant = parsed.GetValue(mutant),
                AreTwins = parsed.GetValue(twins) is not null,
                IsTwice = parsed.GetValue(twice),
                Campaign = parsed.GetValue(hours) is { } time ? HoursOf(time) : null,
                Timeline = parsed.GetValue(timeline),
            };
            Check(asked, parsed.GetValue(minutes));
            if (parsed.GetValue(mutants)) return SimulateAnswers.Mutants(session, asked, cancellation);
            bool isOneOfPeers = chosen == SimulatedLayer.Peer && named is null && parsed.GetValue(seeds) is null && asked.Campaign is null && !asked.IsTwice;
            return isOneOfPeers ? SimulateAnswers.OfPeers(session, asked) : await SimulateAnswers.OfSeedsAsync(session, asked, cancellation);
        });
    }

    private static (ulong Least, ulong Most) Voters(string? text, NemesisPlan? plan, SimulatedLayer layer, bool areMany)
    {
        if (text is not null) return Range("--validators", text, 1, Limits.ValidatorsMax);
        if (plan is not null) return ((ulong)plan.Peers, (ulong)plan.Peers);
        return layer == SimulatedLayer.Consensus && areMany ? (4UL, 7UL) : (4UL, 4UL);
    }

    private static (ulong First, ulong Last) Range(string option, string text, ulong least, ulong most)
    {
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        string first = dots < 0 ? text : text[..dots];
        string last = dots < 0 ? text : text[(dots + 2)..];
        bool areNumbers = ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out ulong from)
            & ulong.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out ulong to);
        if (areNumbers && from <= to && from >= least && to <= most) return (from, to);
        throw new CliException(ExitCode.Usage, "Usage", $"{option}: '{text}' is no range", $"write A..B, both from {least} to {most}, the smaller first");
    }

    private static Duration LengthOf(int? seconds, bool hasMinutes, int minutes, SimulatedLayer layer)
    {
        if (seconds is { } given)
        {
            if (given is >= 4 and <= 24 * 3600) return Duration.FromSeconds(given);
            throw new CliException(ExitCode.Usage, "Usage", "--seconds: from 4 to 86400", "give another number");
        }

        return layer == SimulatedLayer.Consensus && !hasMinutes ? Duration.FromSeconds(DefaultSecondsOfConsensus) : Duration.FromMinutes(Math.Clamp(minutes, 1, 24 * 60));
    }

    private static TimeSpan HoursOf(double hours) => hours is > 0 and <= 24 * 31
        ? TimeSpan.FromHours(hours)
        : throw new CliException(ExitCode.Usage, "Usage", "--hours: more than none, at most a month", "write 0.5 or 8");

    private static void Check(SimulateOptions asked, int minutes)
    {
        bool fits = asked.Peers is >= 1 and <= 1000 && (asked.Layer == SimulatedLayer.Consensus || asked.ValidatorsMost <= asked.Peers || asked.Plan is not null);
        if (!fits || minutes is < 1 or > 24 * 60)
        {
            throw new CliException(ExitCode.Usage, "Usage", "peers 1 to 1000, validators 1 to 100 and at most as many, minutes 1 to 1440", "give other numbers");
        }

        if (asked.Jobs is < 1 or > 256) throw new CliException(ExitCode.Usage, "Usage", "--jobs: from 1 to 256", "leave it out for one for each processor");
        if (asked.Layer == SimulatedLayer.Peer && asked.Plan is { IsVirtualOnly: true })
        {
            throw new CliException(ExitCode.Usage, "PlanNeedsConsensus", $"--plan: '{asked.PlanName}' asks for liars, which whole peers are not", "add --layer consensus");
        }

        if (asked.Timeline is not null && (asked.Layer == SimulatedLayer.Peer || asked.FirstSeed != asked.LastSeed))
        {
            throw new CliException(ExitCode.Usage, "Usage", "--timeline: a picture shows one seed of --layer consensus", "name one with --seed");
        }
    }
}
