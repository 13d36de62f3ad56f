using System;
using System.Diagnostics;
using System.IO;

namespace NodeRuntime.Persistence.Tests.Support;

internal static class ChildProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs a program to its end; output and errors together.</summary>
    public static (int ExitCode, string Output) Run(string program, params ReadOnlySpan<string> arguments)
    {
        using Process process = Start(program, arguments);
        string errors = "";
        process.ErrorDataReceived += (_, line) => errors += line.Data + "\n";
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Patience), program + " does not end");
        process.WaitForExit();
        return (process.ExitCode, output + errors);
    }

    /// <summary>This assembly as a program of its own: see <see cref="ChildProgram"/>.</summary>
    public static Process StartSelf(params ReadOnlySpan<string> arguments) => Start("dotnet", [.. SelfCommand, .. arguments]);

    public static string[] SelfCommand => ["exec", typeof(ChildProcess).Assembly.Location];

    /// <summary>Its next line, which must come.</summary>
    public static string ReadLine(Process process)
    {
        string? line = process.StandardOutput.ReadLine();
        return line ?? throw new IOException("the child ended: " + process.StandardError.ReadToEnd());
    }

    private static Process Start(string program, ReadOnlySpan<string> arguments)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        // Not the test runner's settings: a child that waits for a debugger or loads its hooks is another program.
        start.Environment.Remove("DOTNET_STARTUP_HOOKS");
        return Process.Start(start) ?? throw new IOException("cannot start " + program);
    }
}
