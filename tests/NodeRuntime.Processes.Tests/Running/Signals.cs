using System;
using System.Diagnostics;
using System.Globalization;

namespace NodeRuntime.Processes.Tests.Running;

internal static class Signals
{
    /// <summary>SIGKILL, to a process that is still the one that was seen.</summary>
    public static void Kill(ProcessEntry entry)
    {
        if (!ProcessTable.IsAlive(entry)) return;
        try
        {
            using Process process = Process.GetProcessById(entry.Id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Gone between the look and the blow.
        }
    }

    /// <summary>What Ctrl-C sends.</summary>
    public static void Interrupt(int id)
    {
        using Process kill = Process.Start("kill", ["-INT", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
