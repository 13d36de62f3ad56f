using System.Collections.Immutable;
using NodeRuntime.Actors;
using NodeRuntime.Ledger.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Consensus;

namespace NodeRuntime.Runtime.Transactions;

/// <summary>Bodies to look at, and whom to tell what their signatures are worth.</summary>
/// <param name="From">Who sent them.</param>
internal sealed record VerifierCommand(PeerId From, ImmutableArray<UnverifiedTransaction> Bodies, ActorRef<ConsensusCommand> Reply);
