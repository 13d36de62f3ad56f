using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using NodeRuntime.Benchmarks.Native;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>
/// wabt's interpreter. It can only call what takes nothing, so it does one unit of work in each process of its own, whose start counts
/// (some milliseconds).
/// </summary>
internal sealed class InterpreterContestant(string program) : IContestant
{
    public const string Command = "wasm-interp";

    private const string Marker = "once() => i32:";

    public string Name => Command;

    public (uint Checksum, double Seconds) Run(uint units)
    {
        string[] arguments = ["--dummy-import-func", "--run-all-exports", ProgramFiles.Wasm(program)];
        double before = ChildClock.Seconds();
        using Process process = Process.Start(new ProcessStartInfo(Command, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        int at = output.IndexOf(Marker, StringComparison.Ordinal);
        if (at < 0) throw new IOException("wasm-interp printed no checksum: " + output);
        string number = output[(at + Marker.Length)..].Split('\n')[0];
        return (uint.Parse(number, CultureInfo.InvariantCulture), ChildClock.Seconds() - before);
    }

    public void Dispose()
    {
    }
}
