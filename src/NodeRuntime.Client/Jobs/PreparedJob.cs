using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Client.Jobs;

/// <summary>A specification to the last byte, what is offered for it, and where its files are here.</summary>
/// <param name="Files">Absolute paths, by <see cref="KeyOf"/>.</param>
public sealed record PreparedJob(JobSpec Spec, OrderTerms Terms, ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>What the order locks: the price cap times the seconds.</summary>
    public Amount Deposit => Terms.PricePerSecondMax * Terms.SecondsMax;

    public string PathOf(JobPiece piece) => Files[KeyOf(piece)];

    /// <summary>"module", "stdin" or "in/NAME".</summary>
    public static string KeyOf(JobPiece piece) => piece.Kind switch
    {
        JobPieceKind.Module => "module",
        JobPieceKind.Input => "in/" + piece.Name,
        JobPieceKind.StandardInput => "stdin",
        JobPieceKind.Output => "out/" + piece.Name,
        JobPieceKind.StandardOutput => "stdout",
        JobPieceKind.StandardError => "stderr",
    };
}
