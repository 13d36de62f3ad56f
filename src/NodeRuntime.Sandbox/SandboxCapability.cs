namespace NodeRuntime.Sandbox;

/// <summary>One thing a kernel offers or lacks.</summary>
/// <param name="Detail">The version where there are several, else the reason of the lack; may be empty.</param>
public readonly record struct SandboxCapability(bool Offered, string Detail);
