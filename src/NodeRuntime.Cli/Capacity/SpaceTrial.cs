using System;
using System.Threading;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <summary>A proof of a plot as the chain asks for it, and a verifier's look at it.</summary>
internal static class SpaceTrial
{
    // Three challenges without a nonce are no bad luck: of whole plots one in five thousand million.
    private const int BeaconsMax = 3;

    public static ProvenSpace Run(PlotFolder folder, Hash256 beacon, TimeProvider time, CancellationToken cancel)
    {
        SystemArgon2 argon2 = SystemArgon2.Open();
        PlotProver prover = new(folder, argon2.Create(), new PlotThrottle(1000, time));
        Hash256 asked = beacon;
        for (int tries = 1; ; tries++)
        {
            SpaceChallenge challenge = new(folder.Parameters, asked, folder.Identity, folder.Manifest.Units);
            long startedAt = time.GetTimestamp();
            PlotOutcome outcome = prover.Prove(challenge, cancel, out SpaceProof? proof);
            double scanned = time.GetElapsedTime(startedAt).TotalSeconds;
            if (outcome.Verdict == PlotVerdict.NoNonce && tries < BeaconsMax)
            {
                asked = Hasher.Sha256(asked.AsSpan());
                continue;
            }

            if (outcome.Verdict == PlotVerdict.Cancelled) throw new OperationCanceledException(cancel);
            return Judge(folder, challenge, outcome, proof, tries, scanned, argon2.Create(), time);
        }
    }

    private static ProvenSpace Judge(
        PlotFolder folder, SpaceChallenge challenge, PlotOutcome outcome, SpaceProof? proof, int tries, double scanned, IArgon2id argon2, TimeProvider time)
    {
        long startedAt = time.GetTimestamp();
        SpaceVerdict verdict = proof is null ? SpaceVerdict.Accepted : SpaceRules.CheckSample(challenge, proof, argon2, PlotOptions.RandomHash()).Verdict;
        double verified = proof is null ? 0 : time.GetElapsedTime(startedAt).TotalSeconds;
        double window = challenge.Parameters.Window.Milliseconds / 1000.0;
        bool isLate = scanned + verified > window;
        bool passes = outcome.IsAccepted && verdict == SpaceVerdict.Accepted && !isLate;
        (string word, string reason, string remedy) =
            passes ? (nameof(SpaceVerdict.Accepted), string.Empty, string.Empty)
            : !outcome.IsAccepted ? (outcome.Verdict.ToString(), PlotWords.Reason(outcome, folder.Path), PlotWords.Remedy(outcome.Verdict))
            : verdict != SpaceVerdict.Accepted ? (verdict.ToString(), "a verifier refuses the proof", PlotWords.Remedy(PlotVerdict.RowWrong))
            : ("Late", "the proof took longer than the window", "register fewer units, or put the plot on a faster disk");
        return new ProvenSpace(
            passes, word, reason, remedy, folder.Manifest.Units, challenge.ScannedUnits, challenge.ScannedUnits * folder.Parameters.UnitByteCount, tries,
            proof?.Nonce ?? 0, proof?.Encode().Length ?? 0, Math.Round(scanned, 3), Math.Round(verified, 3), Math.Round((scanned + verified) * 1000 / window, 3));
    }
}
