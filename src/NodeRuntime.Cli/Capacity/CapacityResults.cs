using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeRuntime.Cli.Capacity;

/// <summary>What <c>capacity plot</c> prints for programs.</summary>
/// <param name="RowsMade">By this run.</param>
internal sealed record PlotResult(
    string Folder, string Peer, string Chain, string Registration, string Identity, uint Units, long UnitBytes, ulong RowsTotal, ulong RowsDone, ulong RowsMade,
    double RowsPerSecond, double Seconds, string Backend, bool Interrupted);

/// <summary>What <c>capacity check</c> prints for programs.</summary>
/// <param name="Peer">Empty where the plot does not name its owner.</param>
/// <param name="Whole">All was read, and nothing is wrong (any more).</param>
internal sealed record CheckResultOfPlot(
    string Folder, string Peer, string Identity, uint Units, uint UnitsRead, long UnitBytes, double Seconds, bool Whole, CheckedUnit[] Wrong, bool Interrupted);

/// <param name="ChunksWrong">Of the unit's chunks of 1 MiB; zero where the whole unit is wrong.</param>
internal sealed record CheckedUnit(uint Unit, string Verdict, string Reason, string Remedy, int ChunksWrong, bool Mended);

/// <summary>What <c>capacity prove</c> prints for programs.</summary>
internal sealed record ProveResult(bool Passed, ProvenSpace? Space, ProvenCpu? Cpu);

/// <param name="Beacons">Tried: a second one where the first had no nonce.</param>
/// <param name="WindowPerMille">Of the chain's window, what scanning and checking took.</param>
/// <param name="VerifySeconds">What a verifier spends on its 50 labels.</param>
internal sealed record ProvenSpace(
    bool Passed, string Verdict, string Reason, string Remedy, uint Units, uint UnitsScanned, long BytesScanned, int Beacons, int Nonce, int ProofBytes,
    double ScanSeconds, double VerifySeconds, double WindowPerMille);

/// <param name="Rate">Hashes a second, as the shares show it.</param>
/// <param name="RateError">One standard error of it.</param>
/// <param name="HashesPerSecond">As they were counted, which nobody else can.</param>
/// <param name="UnitsToSell">Of the chain's reference rate.</param>
internal sealed record ProvenCpu(
    bool Passed, string Verdict, string Reason, string Remedy, string Kind, string Grade, string Mode, int Threads, double PrepareSeconds, double Seconds, ulong Hashes,
    int Shares, double Rate, double RateError, double HashesPerSecond, uint UnitsToSell, int OpeningBytes, double VerifySeconds);

/// <summary>What <c>capacity benchmark</c> prints for programs.</summary>
internal sealed record BenchmarkResult(BenchmarkedCpu Cpu, BenchmarkedSpace Space, BenchmarkedStorage? Storage, DailyCost PerDay, Earnings Earnings);

/// <param name="RateOfOneCore">Hashes a second of processor time.</param>
/// <param name="RateOfAll">Of all threads together, as if each had its core.</param>
/// <param name="Got">The part of its cores that the work got; the rest went to other programs.</param>
internal sealed record BenchmarkedCpu(
    string Kind, string Grade, string Backend, string Mode, string Hint, int Threads, double PrepareSeconds, double RateOfOneCore, double RateOfAll, double Got, double ReferenceRate,
    uint UnitsToSell);

/// <summary>Rates by processor time, as the processor's.</summary>
/// <param name="ScanMegabytesPerSecond">Of one core, from memory.</param>
/// <param name="PlotHours">Of <paramref name="Units"/> units by all threads.</param>
internal sealed record BenchmarkedSpace(
    string Backend, bool ScanAccelerated, double RowsPerSecondOfOneCore, double RowsPerSecondOfAll, double ScanMegabytesPerSecond, uint Units, long UnitBytes, double PlotHours);

/// <param name="ReadBy">Direct, CacheDropped, or Cached, which is no disk's rate.</param>
/// <param name="ScanRatio">The scan of one core over the disk's reading: above one the disk decides.</param>
internal sealed record BenchmarkedStorage(
    string Folder, long FreeBytes, uint UnitsThatFit, double ReadMegabytesPerSecond, string ReadBy, double ScanRatio);

/// <summary>What the proofs take of a day, in core-seconds and bytes read.</summary>
internal sealed record DailyCost(
    double CpuDutyCoreSeconds, double ScanCoreSeconds, long BytesRead, double VerifyCoreSeconds, double ShareOfAllCores);

/// <summary>What units would earn by the ledger's schedule, if nothing changed for a day. Amounts are base units.</summary>
/// <param name="Terms">Chain; or Development: nobody was asked, and the amounts are those of a development chain.</param>
/// <param name="Chain">Its id, and the <paramref name="Height"/> that what is proven there is of; empty and 0 where nobody was asked.</param>
/// <param name="Collateral">That must be bonded behind these units.</param>
internal sealed record Earnings(string Terms, string Chain, ulong Height, string Collateral, EarningCase[] Cases);

/// <param name="Assumption">Alone, Among or AsProven.</param>
/// <param name="Providers">That sell as much, this one among them; 0 where the chain says what is proven.</param>
internal sealed record EarningCase(string Assumption, uint Providers, EarnedKind Cpu, EarnedKind Space, string PerDay);

/// <param name="OthersUnits">Proven by others in the same period.</param>
/// <param name="PoolPerPeriod">For all units of a slice or an epoch, halvings done.</param>
/// <param name="PerUnit">In a period.</param>
/// <param name="LimitedBy">Cap; Pool: whoever comes takes from everybody; or Units: there is none to sell.</param>
/// <param name="HalvesInDays">0 where the pool halves no more.</param>
internal sealed record EarnedKind(
    uint Units, ulong OthersUnits, double PeriodSeconds, string PoolPerPeriod, string CapPerUnit, string PerUnit, string PerPeriod, string PerDay, string LimitedBy,
    uint HalvesInDays);

/// <summary>What <c>capacity maintenance</c> prints for programs.</summary>
/// <param name="UsedSeconds">Of the 30 days that it lies in, with this.</param>
internal sealed record MaintenanceResult(string Transaction, string Account, string Peer, string From, string Until, long UsedSeconds, long MaxSeconds);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PlotResult))]
[JsonSerializable(typeof(CheckResultOfPlot))]
[JsonSerializable(typeof(ProveResult))]
[JsonSerializable(typeof(BenchmarkResult))]
[JsonSerializable(typeof(MaintenanceResult))]
internal sealed partial class CapacityJson : JsonSerializerContext;
