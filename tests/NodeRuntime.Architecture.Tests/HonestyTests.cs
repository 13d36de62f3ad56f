using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NodeRuntime.Architecture.Tests;

/// <summary>What must not stand in the product's sources.</summary>
public sealed class HonestyTests
{
    private static readonly string[] Forbidden = ["NotImplementedException", "Thread.Sleep(", "TO" + "DO", "FIX" + "ME", "async void"];

    [Fact]
    public void No_source_holds_a_stub_a_sleep_or_a_promise() => Assert.Empty(
        from project in Repository.Projects()
        from path in Repository.SourcesOf(Repository.AssemblyOf(project))
        from word in Forbidden
        where File.ReadAllText(path).Contains(word, StringComparison.Ordinal)
        select Path.GetRelativePath(Repository.Root, path) + ": " + word);

    /// <summary>A connection that is opened elsewhere may come before the machine's SQLite was chosen: then two libraries are at work in one process.</summary>
    [Fact]
    public void Sqlite_is_opened_where_it_is_chosen_and_nowhere_else()
    {
        string[] doors = ["SystemSqlite.cs", "SqlDialect.cs", "StoredChain.cs", nameof(HonestyTests) + ".cs"];
        Assert.Empty(
            from top in (string[])["src", "tests", "benchmarks"]
            from path in Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.cs", SearchOption.AllDirectories)
            where !doors.Contains(Path.GetFileName(path), StringComparer.Ordinal)
            let text = File.ReadAllText(path)
            where text.Contains("Batteries", StringComparison.Ordinal) || text.Contains("SqliteConnection(", StringComparison.Ordinal)
                || text.Contains("SqliteConnection connection = new(", StringComparison.Ordinal)
            select Path.GetRelativePath(Repository.Root, path));
    }

    [Fact]
    public void A_page_of_the_documentation_has_one_title()
    {
        IEnumerable<string> pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories);

        Assert.All(pages, static page =>
        {
            bool inFence = false;
            int titles = 0;
            foreach (string line in File.ReadLines(page))
            {
                if (line.StartsWith("```", StringComparison.Ordinal)) inFence = !inFence;
                else if (!inFence && line.StartsWith("# ", StringComparison.Ordinal)) titles++;
            }

            Assert.Equal(1, titles);
        });
    }
}
