using System;
using NodeRuntime.Sandbox.Child;

namespace NodeRuntime.Sandbox;

/// <summary>
/// The door of the executable: its Main asks here first, before it configures anything, whether it was started to be a sandbox.
/// <code>if (SandboxProgram.TryRun(args, out int exitCode)) return exitCode;</code>
/// </summary>
public static class SandboxProgram
{
    public static bool TryRun(string[] args, out int exitCode) => TryRun(args, WasmGuest.Run, out exitCode);

    /// <summary>With another guest than a WebAssembly program: how tests put a hostile one inside.</summary>
    internal static bool TryRun(string[] args, SandboxGuest guest, out int exitCode)
    {
        ArgumentNullException.ThrowIfNull(args);
        exitCode = 0;
        if (args.Length != 2) return false;
        switch (args[0])
        {
            case SandboxCommand.LaunchVerb:
                exitCode = SandboxLauncher.Run(args[1]);
                return true;
            case SandboxCommand.ChildVerb:
                exitCode = SandboxChild.Run(args[1], guest);
                return true;
            default:
                return false;
        }
    }
}
