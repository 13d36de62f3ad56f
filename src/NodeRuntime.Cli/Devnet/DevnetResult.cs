using System.Collections.Immutable;
using NodeRuntime.Client.Jobs;

namespace NodeRuntime.Cli.Devnet;

/// <summary>What <c>devnet --once</c> prints for programs.</summary>
/// <param name="Custody">Beside the receipt what the provider did with the data, event by event; empty where it could not be had.</param>
/// <param name="Capacity">What each provider had proven last before the job was ordered: a machine that does other things as well may make a slice late.</param>
internal sealed record DevnetResult(
    int Peers, ulong FinalizedHeight, int Validators, DevnetJob Job, DevnetLease Lease, DevnetSupply Supply,
    ImmutableArray<DevnetCapacity> Capacity, string Receipt, string Custody, string Genesis, DevnetStart Start, JobTimings Timings, string Data);

internal sealed record DevnetJob(string Id, string State, int ExitCode, ulong FuelUsed, string ResultHash, string Provider);

internal sealed record DevnetLease(string PricePerSecond, uint ChargedSeconds, string Paid, string Refunded);

/// <summary>How the devnet came up, in milliseconds since it was asked for.</summary>
/// <param name="FirstBlockMs">A block is final, and everybody knows everybody.</param>
/// <param name="ProvenMs">Every provider has proven what it sells at least once; the same where nothing is to be proven.</param>
internal sealed record DevnetStart(long FirstBlockMs, long ProvenMs);

internal sealed record DevnetSupply(string Minted, string Burned, string Held, bool Conserved);

/// <param name="CpuRate">Thousandths of a hash a second.</param>
/// <param name="CpuError">One standard error of it.</param>
internal sealed record DevnetCapacity(string Peer, bool Proven, ulong CpuRate, ulong CpuError, uint SpaceUnits, string Grade);
