namespace NodeRuntime.Wasm;

/// <summary>
/// One file that a guest finds, by its path below its directory. Among <see cref="WasiSettings.Inputs"/> the name is a single component.
/// </summary>
public sealed record GuestFile(string Name, IGuestInput Content);
