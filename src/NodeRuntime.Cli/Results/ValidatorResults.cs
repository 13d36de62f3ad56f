using System.Collections.Immutable;

namespace NodeRuntime.Cli.Results;

/// <param name="Since">The height of the seal before the epoch; 0 for the first.</param>
/// <param name="Due">The set that follows once a quorum of it is ready; empty where none is due.</param>
/// <param name="ProvenHeight">Of the header that proves both sets.</param>
internal sealed record ValidatorListResult(
    uint Epoch, ulong Since, ulong TotalWeight, ulong Quorum, ImmutableArray<ValidatorLine> Validators, ImmutableArray<ValidatorLine> Due, ulong ProvenHeight);

/// <param name="Key">The tagged key that votes, hexadecimal.</param>
/// <param name="RevealsLeft">Views that the key can lead and add to the beacon; 0 where it has no chain, or none of it left.</param>
internal sealed record ValidatorLine(int Index, string Key, ulong Weight, string Peer, uint RevealsLeft);

/// <param name="Height">The block whose beacon it is.</param>
/// <param name="Beacon">32 bytes, hexadecimal.</param>
/// <param name="ProvenHeight">Of the header that proves it: the block's child.</param>
internal sealed record BeaconResult(ulong Height, string Beacon, ulong ProvenHeight);

/// <param name="Key">Empty for a leave.</param>
internal sealed record ValidatorSentResult(string Transaction, string Account, string Key, string Peer);
