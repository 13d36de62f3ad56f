namespace NodeRuntime.Sandbox;

/// <summary>One variable of a guest's environment. The process around the guest never sees it.</summary>
public sealed record SandboxVariable(string Name, string Value);
