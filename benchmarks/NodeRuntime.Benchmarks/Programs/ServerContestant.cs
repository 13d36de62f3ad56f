using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>A process that runs units of work on demand and measures them itself (<c>serve.c</c>, <c>serve.js</c>).</summary>
internal sealed class ServerContestant : IContestant
{
    private readonly Process _process;

    public ServerContestant(string name, string command, params string[] arguments)
    {
        Name = name;
        _process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    public string Name { get; }

    public (uint Checksum, double Seconds) Run(uint units)
    {
        _process.StandardInput.WriteLine(units.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        string[] words = (_process.StandardOutput.ReadLine() ?? throw new IOException(Name + " has ended")).Split(' ');
        uint checksum = uint.Parse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (checksum, long.Parse(words[1], CultureInfo.InvariantCulture) / 1e9);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
