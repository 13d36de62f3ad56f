using System;
using System.IO;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Files;

namespace NodeRuntime.Persistence.Plots;

/// <summary>
/// Answers a challenge from a plot's files, on the thread that calls. A proof is checked whole before it is given away, which costs a tenth of a second:
/// rot on the disk is then a unit to mend, and not a false proof that costs the collateral.
/// </summary>
/// <param name="argon2">The prover's own: one owner.</param>
public sealed class PlotProver(PlotFolder folder, IArgon2id argon2, PlotThrottle throttle)
{
    private const int PieceByteCount = 256 * 1024;

    /// <param name="proof">Null unless accepted.</param>
    public PlotOutcome Prove(SpaceChallenge challenge, CancellationToken cancel, out SpaceProof? proof)
    {
        proof = null;
        if (challenge.Identity != folder.Identity) return new(PlotVerdict.WrongOwner);
        if (challenge.Parameters != folder.Parameters) return new(PlotVerdict.WrongLayout);
        SpaceScan scan = new(challenge);
        for (uint place = 0; place < challenge.ScannedUnits && scan.Proof is null; place++)
        {
            PlotOutcome outcome = ScanUnit(scan, challenge.UnitAt(place), cancel);
            if (!outcome.IsAccepted) return outcome;
        }

        if (scan.Proof is null) return new(PlotVerdict.NoNonce);
        SpaceOutcome check = SpaceRules.CheckAll(challenge, scan.Proof, argon2);
        if (check.Verdict != SpaceVerdict.Accepted) return Blame(challenge, scan.Proof, check);
        proof = scan.Proof;
        return PlotOutcome.Accepted;
    }

    private PlotOutcome ScanUnit(SpaceScan scan, uint unit, CancellationToken cancel) => PlotFolder.Guard(folder.Path, unit, () =>
    {
        using SafeFileHandle rows = UnixFiles.OpenExisting(folder.FileOf(unit, PlotFolder.RowsEnding), write: false);
        byte[] piece = new byte[(int)Math.Min(PieceByteCount, folder.Parameters.UnitByteCount)];
        for (long offset = 0; offset < folder.Parameters.UnitByteCount && scan.Proof is null; offset += piece.Length)
        {
            if (cancel.IsCancellationRequested) return new(PlotVerdict.Cancelled, unit);
            int wanted = (int)Math.Min(piece.Length, folder.Parameters.UnitByteCount - offset);
            int count = 0;
            while (count < wanted)
            {
                int read = RandomAccess.Read(rows, piece.AsSpan(count, wanted - count), offset + count);
                if (read == 0) return new(PlotVerdict.UnitTruncated, unit);
                count += read;
            }

            scan.Append(piece.AsSpan(0, wanted));
            throttle.Rest(cancel);
        }

        return PlotOutcome.Accepted;
    });

    // A label that its row does not have stands in a unit that is not what was written, or was never right.
    private PlotOutcome Blame(SpaceChallenge challenge, SpaceProof proof, SpaceOutcome check)
    {
        int position = check.Position ?? 0;
        ulong label = PackedIndices.Unpack(proof.Indices.AsSpan(), challenge.Parameters.HitsNeeded, challenge.IndexBits).Indices[position];
        uint unit = challenge.UnitAt((uint)(label / challenge.Parameters.UnitLabels));
        PlotOutcome found = folder.CheckUnit(unit);
        return found.IsAccepted ? new(PlotVerdict.RowWrong, unit) : found;
    }
}
