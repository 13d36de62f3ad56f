using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using NodeRuntime.Api;
using NodeRuntime.Cli.Verbs;
using Spectre.Console;

namespace NodeRuntime.Cli.Tests;

public sealed class ActorTreeTests
{
    private static readonly ImmutableArray<SupervisorAnswer> Actors =
    [
        Of("/", 0), Of("/consensus", 1200), Of("/consensus/sync", 4), Of("/consensus/votes", 7), Of("/consensus/votes/$1", 0), Of("/workload", 30),
    ];

    [Fact]
    public void Each_actor_hangs_on_the_branch_of_its_parent()
    {
        IEnumerable<string> branches = Actors.Select(static (_, at) => ActorTree.Branch(Actors, at));

        Assert.Equal(["/", "├─ consensus", "│  ├─ sync", "│  └─ votes", "│     └─ $1", "└─ workload"], branches);
    }

    [Fact]
    public void A_second_look_shows_rates()
    {
        ImmutableArray<SupervisorAnswer> later = Actors.SetItem(1, Of("/consensus", 4200)).SetItem(5, Of("/workload", 30));

        string drawn = Print(ActorTree.Draw(later, Actors, TimeSpan.FromSeconds(2)));

        Assert.Contains("PER SECOND", drawn, StringComparison.Ordinal);
        Assert.Matches(@"consensus\s+Running\s+0\s+4,200\s+1,500\s", drawn);
        Assert.Matches(@"workload\s+Running\s+0\s+30\s+0\s", drawn);
        Assert.DoesNotContain("PER SECOND", Print(ActorTree.Draw(later, [], TimeSpan.Zero)), StringComparison.Ordinal);
    }

    private static SupervisorAnswer Of(string path, long processed) => new(path, "Running", 0, processed, 0, 0, "");

    private static string Print(Table table)
    {
        using StringWriter writer = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 200;
        console.Write(table);
        return writer.ToString();
    }
}
