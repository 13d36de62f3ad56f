using NodeRuntime.Sandbox;
using NodeRuntime.Sandbox.Tests.Child;

// The executable of the tests. As a sandbox it runs what production runs, unless the job's first argument names a hostile deed; those
// stand in for a guest that has broken out of the engine and owns the process. As "parent" it starts a sandbox, to be killed itself.
if (SandboxProgram.TryRun(args, HostileGuest.Run, out int exitCode)) return exitCode;
return args is ["parent", string root, string module] ? DoomedParent.Run(root, module) : 64;
