using NodeRuntime.Cli;
using NodeRuntime.Sandbox;

// A sandbox is this same executable, started anew: it must not configure anything before it asks whether it is one.
if (SandboxProgram.TryRun(args, out int exitCode)) return exitCode;
return await Application.RunAsync(args, CliWorld.OfThisProcess());
