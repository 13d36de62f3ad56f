using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Ledger.State;

/// <summary>What rules may see: the records as they are now, and what "now" is. Rules look; applications change.</summary>
internal readonly record struct LedgerView(
    LedgerRecords Records, ChainId Chain, ChainParameters Parameters, SupplyRecord Supply, ClockRecord Clock)
{
    public Instant Now => Clock.Time;
}
