using System;
using System.IO;
using System.Text;

namespace NodeRuntime.Actors.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void The_page_shows_the_example_that_is_tested()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "NodeRuntime.sln"))) root = Path.GetDirectoryName(root)!;
        string source = File.ReadAllText(Path.Combine(root, "tests", "NodeRuntime.Actors.Tests", "DocumentationExample.cs"));
        string page = File.ReadAllText(Path.Combine(root, "docs", "actors.md"));

        StringBuilder shown = new();
        string[] lines = source[source.IndexOf("    public abstract record", StringComparison.Ordinal)..].TrimEnd().Split('\n');
        foreach (string line in lines[..^1])
            shown.Append(line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line).Append('\n');
        Assert.Contains("```csharp\n" + shown + "```", page, StringComparison.Ordinal);
    }
}
