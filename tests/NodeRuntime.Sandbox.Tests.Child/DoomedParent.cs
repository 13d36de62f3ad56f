using System;
using System.IO;
using System.Threading;
using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox.Tests.Child;

/// <summary>
/// A parent of a sandbox that never ends by itself: prints the sandbox's process id when it is ready, and waits to be killed.
/// </summary>
internal static class DoomedParent
{
    public static int Run(string root, string module)
    {
        SandboxFolder folder = SandboxFolder.Create(root, "doomed");
        File.Copy(module, folder.ModulePath);
        using ManualResetEventSlim finished = new();
        SandboxProcesses sandbox = new(SandboxCommand.OfThisProcess(), SandboxCapabilities.Probe(), 1);
        ProcessRun? run = null;
        using ManualResetEventSlim started = new();
        run = sandbox.Start(
            new ProcessJob
            {
                Folder = folder,
                Arguments = ["waste", "sleep"],
                FuelMax = 1,
                WallClockMax = new Duration(600_000_000),
            },
            happened =>
            {
                started.Wait();
                if (happened is ProcessEvent.Ready) Console.WriteLine(run?.ProcessId);
                if (happened is ProcessEvent.Finished end)
                {
                    Console.WriteLine(end.Report);
                    finished.Set();
                }
            });
        started.Set();
        finished.Wait();
        return 1;
    }
}
