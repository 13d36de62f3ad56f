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
    public static void Interrupt(int id) => Send("-INT", id);

    public static void Terminate(int id) => Send("-TERM", id);

    /// <summary>Stands still, with all its threads, until <see cref="Continue"/>; it cannot refuse.</summary>
    public static void Pause(int id) => Send("-STOP", id);

    public static void Continue(int id) => Send("-CONT", id);

    private static void Send(string signal, int id)
    {
        using Process kill = Process.Start("kill", [signal, id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
