using NodeRuntime.Primitives;

namespace NodeRuntime.Sandbox;

/// <summary>A file that a run left, as the parent wrote and hashed it.</summary>
/// <param name="Hash">SHA-256 of its bytes.</param>
public sealed record ProcessOutput(string Name, long Length, Hash256 Hash);
