namespace NodeRuntime.Wasm.Fuzz;

/// <summary>One module of a campaign: a function of the seed and its number.</summary>
/// <param name="Origin">How it was made, for the reader of a finding.</param>
internal sealed record FuzzCase(ulong Seed, int Number, string Origin, byte[] Bytes);
