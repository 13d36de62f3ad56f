using System.Collections.Immutable;
using System.CommandLine;
using System.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Witnesses;

namespace NodeRuntime.Cli.Receipts;

/// <summary>Which outside witnesses are believed, and how many of them it takes.</summary>
internal sealed class WitnessOptions
{
    public Option<string[]> Keys { get; } = new("--witness") { Description = "Of an event: a witness to believe, as `noderuntime witness new` prints it; may be given several times", HelpName = "KEY" };

    public Option<int> Quorum { get; } = new("--witnesses") { Description = "Of an event: how many of them it takes; default: all", HelpName = "N" };

    public (ImmutableArray<Witness> Witnesses, int Quorum) Read(ParseResult parsed)
    {
        ImmutableArray<Witness> witnesses = [.. (parsed.GetValue(Keys) ?? []).Select(Parse)];
        int quorum = parsed.GetResult(Quorum) is { Implicit: false } ? parsed.GetValue(Quorum) : witnesses.Length;
        bool isTwice = witnesses.Select(static it => WitnessKeys.ToText(it)).Distinct().Count() < witnesses.Length;
        if (witnesses.Length > Limits.WitnessesMax || isTwice) throw new CliException(ExitCode.Usage, "Usage", $"--witness: at most {Limits.WitnessesMax}, none twice", "give each once");
        if (witnesses.Length > 0 && (quorum < 1 || quorum > witnesses.Length)) throw new CliException(ExitCode.Usage, "Usage", $"--witnesses {quorum}: 1 to the {witnesses.Length} that are named", "give another number");
        return (witnesses, quorum);
    }

    private static Witness Parse(string text) => WitnessKeys.TryParse(text) ?? throw new CliException(
        ExitCode.Usage, "WitnessMalformed", $"--witness: '{text}' is no witness's key", "write NAME+HASH+KEY, as `noderuntime witness new` prints it");
}
