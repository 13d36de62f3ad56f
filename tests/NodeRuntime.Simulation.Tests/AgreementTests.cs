using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using NodeRuntime.Primitives;
using NodeRuntime.Simulation.Agreement;
using NodeRuntime.Simulation.Atlas;
using NodeRuntime.Simulation.Nemesis;
using NodeRuntime.Simulation.Pictures;
using Xunit;

namespace NodeRuntime.Simulation.Tests;

/// <summary>The consensus layer under drawn faults, under twins, and with errors made on purpose.</summary>
public sealed class AgreementTests
{
    private static readonly Duration Length = Duration.FromSeconds(30);

    [Fact]
    public void Forty_seeds_keep_every_invariant_and_come_back()
    {
        StringBuilder failures = new();
        Marks marks = new();
        int transactions = 0;
        for (ulong seed = 0; seed < 40; seed++)
        {
            AgreementReport report = Run(seed);
            marks.Add(report.Marks);
            transactions += report.TransactionsFinal;
            foreach (string violation in report.Violations) failures.Append('\n').Append(ReplayOf(seed)).Append(": ").Append(violation);
        }

        Assert.True(failures.Length == 0, failures.ToString());
        // A world in which nothing happens breaks nothing.
        Assert.True(transactions > 40 * 5, $"{transactions} transactions");
        Assert.True(marks.Missing().Count < 25, string.Join(' ', marks.Missing()));
        foreach (ProtocolRule rule in Enum.GetValues<ProtocolRule>()) Assert.True(marks[rule] > 0, $"{rule} never acted");
    }

    [Theory]
    [InlineData(1680, 4, "each lacked how another view ended, and so nobody could build")]
    [InlineData(7766, 4, "one that withheld was asked for the same window time and again")]
    [InlineData(2954, 4, "the same, by one that only follows")]
    [InlineData(1695, 4, "who came into the set had been set up four seconds before, and was fenced beside one with an old backup")]
    [InlineData(592, 4, "who had not been ready at a seal was fenced beside one whose disk had rotted, and nobody had a quorum")]
    public void A_seed_that_failed_once_fails_no_more(ulong seed, int validators, string why)
    {
        AgreementReport report = new AgreementWorld(Swarm.Draw(seed, validators, Length)).Run();
        Assert.True(report.Violations.IsEmpty, why + ": " + string.Join('\n', report.Violations));
    }

    [Fact]
    public void A_seed_is_the_same_run_every_time_and_another_seed_is_another()
    {
        for (ulong seed = 100; seed < 104; seed++)
        {
            AgreementReport first = Run(seed);
            AgreementReport second = Run(seed);
            Assert.Equal(first.Digest, second.Digest);
            Assert.Equal(first.Inputs, second.Inputs);
            Assert.NotEqual(first.Digest, Run(seed + 1).Digest);
        }
    }

    [Fact]
    public void Sixteen_validators_come_back_too()
    {
        AgreementReport report = new AgreementWorld(Swarm.Draw(7, 16, Length)).Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
        Assert.NotNull(report.Recovery);
    }

    [Fact]
    public void Cases_of_twins_break_nothing()
    {
        StringBuilder failures = new();
        for (int i = 0; i < 100; i++)
        {
            // Over the whole range, in steps that share no factor with it.
            int number = i * 163 % TwinsCase.EnumeratedCount;
            AgreementReport report = new AgreementWorld(TwinsCase.Enumerated(number).ToConfig((ulong)number)).Run();
            foreach (string violation in report.Violations) failures.Append($"\nnoderuntime simulate --twins {number}: {violation}");
        }

        for (ulong seed = TwinsCase.EnumeratedCount; seed < TwinsCase.EnumeratedCount + 10; seed++)
        {
            AgreementReport report = new AgreementWorld(TwinsCase.Sampled(seed).ToConfig(seed)).Run();
            foreach (string violation in report.Violations) failures.Append($"\nnoderuntime simulate --twins {seed}: {violation}");
        }

        Assert.True(failures.Length == 0, failures.ToString());
    }

    [Fact]
    public void All_enumerated_cases_differ()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < TwinsCase.EnumeratedCount; i++)
        {
            TwinsCase twins = TwinsCase.Enumerated(i);
            Assert.True(seen.Add($"{twins.LeadsView} {string.Join(' ', twins.Sides)}"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(23)]
    public void Every_run_finds_the_canary(ulong seed) => Assert.Contains(Run(seed, Mutant.Canary).Violations, static one => one.StartsWith("I5", StringComparison.Ordinal) || one.StartsWith("I6", StringComparison.Ordinal));

    // The first seed that finds each, and by which invariant. `noderuntime simulate --mutants` finds them anew.
    [Theory]
    [InlineData(Mutant.SendBeforePersist, 0, "I6")]
    [InlineData(Mutant.ForgetWatermark, 4, "L1")]
    [InlineData(Mutant.ForgetLog, 17, "L1")]
    [InlineData(Mutant.NoRetry, 16, "L1")]
    [InlineData(Mutant.NoPull, 2, "L1")]
    [InlineData(Mutant.DropRuleC, 35, "I10")]
    [InlineData(Mutant.QuorumMinusOne, 0, "L5")]
    [InlineData(Mutant.AcceptMissingSkips, 0, "L1")]
    [InlineData(Mutant.AdvanceWithoutCertificate, 1, "I3")]
    [InlineData(Mutant.NotarizeAfterNullify, 4, "I14")]
    [InlineData(Mutant.ForgetOwnVotes, 4476, "L1")]
    [InlineData(Mutant.NoDelayCap, 19, "L1")]
    [InlineData(Mutant.CountVoterTwice, 2, "I14")]
    [InlineData(Mutant.FinalizeUnchecked, 0, "I8")]
    [InlineData(Mutant.IgnoreTime, 1, "I17")]
    public void A_recorded_seed_finds_the_mutant(Mutant mutant, ulong seed, string finding)
    {
        AgreementReport report = Run(seed, mutant);
        Assert.Contains(report.Violations, one => one.StartsWith(finding, StringComparison.Ordinal));
        // The seed alone is innocent.
        AgreementReport healthy = new AgreementWorld(Swarm.Draw(seed, ValidatorsOf(seed), Length, mutant) with { Mutant = Mutant.None }).Run();
        Assert.True(healthy.Violations.IsEmpty, string.Join('\n', healthy.Violations));
    }

    // Three minutes of a leader cut off pile up more of one sender than a pool takes of it: nobody owes these to anybody before all hold them.
    [Fact]
    public void What_a_pool_had_no_place_for_is_not_late()
    {
        AgreementReport report = new AgreementWorld(Swarm.Draw(20, ValidatorsOf(20), Length, Mutant.NoDelayCap) with { Mutant = Mutant.None }).Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
    }

    [Fact]
    public void Every_mutant_has_its_seed()
    {
        IEnumerable<Mutant> recorded = typeof(AgreementTests).GetMethod(nameof(A_recorded_seed_finds_the_mutant))!
            .GetCustomAttributesData().Where(static data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(static data => (Mutant)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)[0].Value!);
        Assert.Equal(Enum.GetValues<Mutant>().Except([Mutant.None, Mutant.Canary]), recorded.Order());
    }

    [Fact]
    public void A_picture_is_plain_SVG_with_a_row_for_each_peer()
    {
        Timeline timeline = new();
        new AgreementWorld(Swarm.Draw(23, 5, Length) with { Timeline = timeline }).Run();
        XDocument picture = XDocument.Parse(TimelineSvg.Write(timeline, "a <title> & \"more\""));

        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(svg + "svg", picture.Root!.Name);
        Assert.Empty(picture.Descendants(svg + "script"));
        string[] texts = [.. picture.Descendants(svg + "text").Select(static text => text.Value)];
        for (int peer = 0; peer < 5; peer++) Assert.Contains($"peer {peer}", texts);
        Assert.Contains("a <title> & \"more\"", texts);
        Assert.Contains("healed", texts);
        Assert.Contains(picture.Descendants(svg + "title"), static title => title.Value.StartsWith("votes final in view", StringComparison.Ordinal));
        Assert.True(timeline.Events.Count(static one => one.Mark == TimelineMark.Finalized) > 20);
    }

    [Fact]
    public void What_was_never_met_has_a_name()
    {
        Marks marks = new();
        marks.Note(FaultClass.Crash);
        marks.Note(ProtocolRule.R8);
        Assert.DoesNotContain("Crash", marks.Missing());
        Assert.DoesNotContain("R8", marks.Missing());
        Assert.Contains("BitRot", marks.Missing());
        Assert.Contains("R33", marks.Missing());
    }

    private static int ValidatorsOf(ulong seed) => 4 + (int)(seed % 4);

    private static AgreementReport Run(ulong seed, Mutant mutant = Mutant.None) =>
        new AgreementWorld(Swarm.Draw(seed, ValidatorsOf(seed), Length, mutant)).Run();

    private static string ReplayOf(ulong seed) => $"noderuntime simulate --layer consensus --seed {seed} --validators {ValidatorsOf(seed)} --seconds 30";
}
