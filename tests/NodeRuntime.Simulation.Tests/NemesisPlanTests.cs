using System;
using System.IO;
using System.Linq;
using System.Text;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Nemesis;
using Xunit;

namespace NodeRuntime.Simulation.Tests;

/// <summary>Plans are files that people write: every mistake has its line, and every shipped plan breaks nothing.</summary>
public sealed class NemesisPlanTests
{
    private const string Head = "name: a\nlength: 20s\nheal: 5s\nsteps:\n";

    public static TheoryData<string> Shipped => [.. Directory.EnumerateFiles(PlansFolder, "*.yaml").Select(static path => Path.GetFileNameWithoutExtension(path)).Order()];

    private static string PlansFolder => Path.Combine(Root(), "config", "plans");

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_shipped_plan_breaks_nothing(string name)
    {
        NemesisPlan plan = Read(File.ReadAllText(Path.Combine(PlansFolder, name + ".yaml")));
        Assert.Equal(name, plan.Name);
        AgreementReport report = new AgreementWorld(new AgreementConfig { Seed = 1, Validators = plan.Peers, Plan = plan }).Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
        Assert.NotNull(report.Recovery);
        Assert.True(report.TransactionsFinal > 10);
    }

    [Theory]
    [InlineData("steady")]
    [InlineData("leader-assassin")]
    [InlineData("half-half")]
    [InlineData("leader-pause")]
    public void Whole_peers_go_through_the_same_plan(string name)
    {
        NemesisPlan plan = Read(File.ReadAllText(Path.Combine(PlansFolder, name + ".yaml")));
        SimulationReport report = new World(new SimulationConfig
        {
            Peers = plan.Peers,
            Validators = plan.Peers,
            Seed = 1,
            Length = plan.Length,
            Plan = plan,
            Faults = Faults.None,
            JobEvery = Duration.Zero,
        }).Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
        Assert.NotNull(report.Recovery);
    }

    [Fact]
    public void The_plan_of_the_documentation_does_what_it_says()
    {
        string page = File.ReadAllText(Path.Combine(Root(), "docs", "simulation.md"));
        int begins = page.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        NemesisPlan plan = Read(page[begins..page.IndexOf("```", begins, StringComparison.Ordinal)]);
        Assert.Equal("two-bad-minutes", plan.Name);
        AgreementReport report = new AgreementWorld(new AgreementConfig { Seed = 1, Validators = plan.Peers, Plan = plan }).Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
        Assert.True(report.Marks[Atlas.FaultClass.LeaderCut] > 0);
        Assert.True(report.Marks[Atlas.FaultClass.Crash] > 0);
        Assert.True(report.Marks[Atlas.FaultClass.Loss] > 0);
    }

    [Theory]
    [InlineData("", 1, "name")]
    [InlineData("name: A\nlength: 20s\nheal: 5s\nsteps:\n", 1, "small letters")]
    [InlineData("name: a\nlength: 20 s\nheal: 5s\nsteps:\n", 2, "a time such as")]
    [InlineData("name: a\nlength: 20s\nheal: 30s\nsteps:\n", 3, "before the plan's end")]
    [InlineData("name: a\nname: b\n", 2, "given twice")]
    [InlineData("name: a\npeers: 101\nlength: 20s\nheal: 5s\nsteps:\n", 2, "from 1 to 100")]
    [InlineData("name: a\ncolour: red\nlength: 20s\nheal: 5s\nsteps:\n", 2, "'colour' is not known here")]
    [InlineData("\tname: a\n", 1, "tabs")]
    [InlineData("  name: a\n", 1, "indented")]
    [InlineData(Head + "  - at: 1s\n", 5, "needs `do:`")]
    [InlineData(Head + "  - do: crash\n", 5, "needs `at:`")]
    [InlineData(Head + "  - at: 1s\n    do: explode\n", 6, "expected one of crash, crash-at-effect")]
    [InlineData(Head + "  - at: 9s\n    do: crash\n", 5, "before `heal:`")]
    [InlineData(Head + "  - at: 1s\n    do: crash\n    on: peer-x\n", 7, "peer-0 to peer-99")]
    [InlineData(Head + "  - at: 1s\n    do: link\n    loss: 101%\n", 7, "whole percents")]
    [InlineData(Head + "  - at: 1s\n    do: link\n    delay: 20ms..10ms\n", 7, "the shorter time first")]
    [InlineData(Head + "  - at: 1s\n    do: link\n    cloud: true\n", 7, "yes or no")]
    [InlineData(Head + "  - at: 1s\n    do: flap\n", 5, "its period")]
    [InlineData(Head + "  - at: 1s\n    do: drip\n", 5, "`rate:`")]
    [InlineData(Head + "  - at: 1s\n    do: be\n    how: crash\n", 7, "nobody can be that")]
    [InlineData(Head + "  - at: 1s\n    do: crash\n    shape: ring\n", 7, "'shape' is not known here")]
    [InlineData(Head + "  - at: 1s\n    do: crash\n    every: 1ms\n", 7, "at least 10ms")]
    [InlineData(Head + "at: 1s\n", 5, "two spaces and a dash")]
    public void A_mistake_has_its_line(string text, int line, string message)
    {
        NemesisPlanError? error = NemesisPlanReader.Read(text, out NemesisPlan? plan);
        Assert.Null(plan);
        Assert.NotNull(error);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(line, error.Line);
    }

    [Fact]
    public void Any_text_is_a_plan_or_an_error()
    {
        string[] texts = [.. Directory.EnumerateFiles(PlansFolder, "*.yaml").Order().Select(File.ReadAllText)];
        Prng prng = new(5);
        int plans = 0;
        for (int i = 0; i < 3000; i++)
        {
            StringBuilder text = new(texts[prng.NextBelow(texts.Length)]);
            for (int changes = 1 + prng.NextBelow(4); changes > 0; changes--)
            {
                int at = prng.NextBelow(text.Length);
                if (prng.NextChance(500)) text[at] = (char)prng.NextBelow(128);
                else text.Remove(at, Math.Min(text.Length - at, 1 + prng.NextBelow(10)));
            }

            NemesisPlanError? error = NemesisPlanReader.Read(text.ToString(), out NemesisPlan? plan);
            Assert.NotEqual(error is null, plan is null);
            if (plan is not null) plans++;
        }

        Assert.InRange(plans, 1, 2999);
        Assert.NotNull(NemesisPlanReader.Read(new string('a', NemesisPlanReader.CharactersMax + 1), out _));
    }

    private static NemesisPlan Read(string text)
    {
        NemesisPlanError? error = NemesisPlanReader.Read(text, out NemesisPlan? plan);
        Assert.Null(error);
        return plan!;
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "NodeRuntime.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("these tests run inside a checkout");
    }
}
