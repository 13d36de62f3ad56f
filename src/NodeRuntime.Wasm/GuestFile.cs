namespace NodeRuntime.Wasm;

/// <summary>One read-only file of a job's <c>/in</c> directory. The name is a single path component.</summary>
public sealed record GuestFile(string Name, IGuestInput Content);
