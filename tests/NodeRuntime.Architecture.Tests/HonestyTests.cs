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
