namespace NodeRuntime.Sandbox.Linux;

/// <summary>What may be done to a file, or to everything beneath a directory.</summary>
internal readonly record struct LandlockRule(string Path, ulong Access);
