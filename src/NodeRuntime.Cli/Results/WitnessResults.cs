namespace NodeRuntime.Cli.Results;

/// <param name="VerifierKey">What verifiers and peers are given: name, hash and key.</param>
/// <param name="Origin">What it watches; empty where it only has a key.</param>
/// <param name="Size">That it cosigned last.</param>
internal sealed record WitnessResult(string Name, string VerifierKey, string KeyFile, string Origin, string Address, ulong Size);
