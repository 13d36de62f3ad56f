using System;
using System.IO;
using System.Text;

namespace NodeRuntime.Processes.Tests.Running;

/// <summary>A temporary folder with a home for the programs that are started in it: nobody's own context is touched.</summary>
internal sealed class Workplace : IDisposable
{
    public Workplace()
    {
        Root = Directory.CreateTempSubdirectory("noderuntime-processes-").FullName;
        Home = Path.Combine(Root, "home");
        Directory.CreateDirectory(Home);
    }

    public string Root { get; }

    public string Home { get; }

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>A CSV file of so many rows.</summary>
    public string WriteCsv(string name, int rows)
    {
        StringBuilder text = new("id,region,amount\n");
        for (int row = 0; row < rows; row++) text.Append(row).Append(",r").Append(row % 7).Append(',').Append((row * 37 % 1000) + 1).Append('\n');
        File.WriteAllText(PathOf(name), text.ToString());
        return PathOf(name);
    }

    public void Dispose()
    {
        // Everything that was started here ends here, also where a test broke off.
        foreach (ProcessEntry entry in ProcessTable.Naming(Root)) Signals.Kill(entry);
        Directory.Delete(Root, recursive: true);
    }
}
