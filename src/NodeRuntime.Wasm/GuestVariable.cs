namespace NodeRuntime.Wasm;

/// <summary>One variable of a guest's environment.</summary>
public sealed record GuestVariable(string Name, string Value);
