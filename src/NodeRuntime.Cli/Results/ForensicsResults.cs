using System.Collections.Immutable;

namespace NodeRuntime.Cli.Results;

internal sealed record ChainExportResult(string File, string Chain, ulong FromHeight, ulong ToHeight, long Bytes);

/// <param name="Evidence">One word for each file: Accepted, or why not.</param>
internal sealed record AccuseResult(ImmutableArray<AccusedFile> Evidence);

internal sealed record AccusedFile(string File, int Validator, string Fault, ulong View, string Verdict);

/// <param name="Verdict">OK, FORK, INCONCLUSIVE or REFUSED.</param>
/// <param name="Reason">The rule that decided, or why too few were convicted.</param>
/// <param name="ForkedAfter">The last height that both have in common; null where they agree.</param>
/// <param name="Epoch">In which the chains part: culprits and votes are of its validators.</param>
internal sealed record ForensicsResult(
    string Verdict,
    string Reason,
    string? TrustedGenesis,
    string Chain,
    ulong? ForkedAfter,
    uint Epoch,
    ChainTip? First,
    ChainTip? Second,
    ulong CulpritsWeight,
    ulong TotalWeight,
    ulong FaultyWeightMax,
    ImmutableArray<CulpritFacts> Culprits);

internal sealed record ChainTip(ulong Height, ulong View, string Digest);

/// <param name="Evidence">Base64 of what a chain takes as evidence.</param>
internal sealed record CulpritFacts(int Validator, string Key, string Account, ulong Weight, string Fault, ulong View, string Evidence);
