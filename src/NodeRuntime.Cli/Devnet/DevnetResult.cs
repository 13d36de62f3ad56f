using System.Collections.Immutable;
using NodeRuntime.Client.Jobs;

namespace NodeRuntime.Cli.Devnet;

/// <summary>What <c>devnet --once</c> prints for programs.</summary>
internal sealed record DevnetResult(
    int Peers, ulong FinalizedHeight, int Validators, DevnetJob Job, DevnetLease Lease, DevnetSupply Supply,
    ImmutableArray<DevnetCapacity> Capacity, string Receipt, string Genesis, JobTimings Timings, string Data);

internal sealed record DevnetJob(string Id, string State, int ExitCode, ulong FuelUsed, string ResultHash, string Provider);

internal sealed record DevnetLease(string PricePerSecond, uint ChargedSeconds, string Paid, string Refunded);

internal sealed record DevnetSupply(string Minted, string Burned, string Held, bool Conserved);

/// <param name="CpuRate">Thousandths of a hash a second.</param>
/// <param name="CpuError">One standard error of it.</param>
internal sealed record DevnetCapacity(string Peer, bool Proven, ulong CpuRate, ulong CpuError, uint SpaceUnits, string Grade);
