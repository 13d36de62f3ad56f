using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;

namespace NodeRuntime.Benchmarks.Programs;

/// <summary>The other sides of the comparison, as far as this machine has them.</summary>
internal static class Tools
{
    /// <summary>Whether the command runs. If not, one line on standard error says what is left out and what to install.</summary>
    public static bool Has(string command, string package, string rows)
    {
        try
        {
            using Process process = Process.Start(
                new ProcessStartInfo(command, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine($"{command} is not installed (Debian: {package}): no rows against {rows}");
            return false;
        }
    }

    /// <summary>The program as native code that serves, built by gcc -O2 into a folder of this process.</summary>
    public static string BuildNative(string program, string folder)
    {
        string built = Path.Combine(folder, program);
        string[] arguments =
        [
            "-O2", "-std=gnu11", "-o", built, Path.Combine(ProgramFiles.Folder, program + ".c"), Path.Combine(ProgramFiles.Folder, "serve.c"), "-lm",
        ];
        using Process process = Process.Start("gcc", arguments);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new IOException("gcc failed on " + program);
        return built;
    }
}
