using System.Collections.Immutable;

namespace NodeRuntime.Cli.Results;

/// <summary>One event in a custody.</summary>
/// <param name="About">What a job's receipt says that it is about: module, input 1, result; empty where nothing says so.</param>
/// <param name="Digest">Of what it is about, where <paramref name="About"/> is known.</param>
/// <param name="Actor">Who did it: the peer itself, or an account.</param>
/// <param name="Operator">The account that answers for the peer which entered it: of the key that signed its receipt; empty where there is none.</param>
/// <param name="Second">In which it was entered, UTC; empty while it is in none.</param>
/// <param name="State">Of its receipt: PROMISED, ROUND, WITNESSED, PUBLISHED, or NONE where there is no receipt.</param>
/// <param name="Result">The verifier's answer: OK, FAIL(code), INCONCLUSIVE(code).</param>
/// <param name="MachineState">Of the peer in that second; none where it does not watch its machine.</param>
/// <param name="Parents">Leaves that it names as those before it; those in <paramref name="Unknown"/> are not here.</param>
/// <param name="Layer">0 where nothing here came before it.</param>
internal sealed record CustodyEvent(
    string Leaf, ulong Id, string Peer, string Kind, string About, string Digest, string Actor, string Operator, string Time, string Zone, string Second, string State, string Result,
    string MachineState, string Policy, ImmutableArray<string> Parents, ImmutableArray<string> Unknown, int Layer);

/// <param name="Verdict">OK, INCONCLUSIVE or REFUSED.</param>
/// <param name="Reason">The rule that decided.</param>
/// <param name="Events">Parents before children.</param>
internal sealed record CustodyFacts(string Verdict, string Reason, string File, ImmutableArray<CustodyEvent> Events);

/// <param name="Svg">The picture that was written; empty where none was asked for.</param>
internal sealed record TraceResult(string Verdict, string Reason, string? TrustedGenesis, ImmutableArray<CustodyEvent> Events, string Svg);

/// <summary>The story of a job, or of a custody, a sentence a line.</summary>
internal sealed record CustodyExplainResult(string Verdict, string Reason, ImmutableArray<string> Story);
