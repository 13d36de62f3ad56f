using System;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Persistence.Plots;
using NodeRuntime.Primitives;

namespace NodeRuntime.Cli.Capacity;

/// <param name="Seconds">Of the slice; the share's work shrinks with it where it is shorter than the chain's duty, so that as many are found.</param>
internal sealed record CpuTrialSettings(CpuParameters Parameters, int Threads, int Seconds, WorkChoice Work, bool IsFull);

/// <summary>A slice of the share ledger: searched, committed to, opened by a beacon and looked at as a verifier does.</summary>
internal static class CpuTrial
{
    public static async Task<ProvenCpu> RunAsync(Session session, CpuTrialSettings settings, Hash256 beacon, PeerId owner, CancellationToken cancellation)
    {
        SystemWorkHashes hashes = SystemWorkHashes.Open();
        Hash256 dayKey = CpuSeeds.DayKey(beacon);
        using WorkTrial work = await WorkTrial.OpenAsync(session, hashes, settings.Work, settings.IsFull, dayKey, settings.Threads, cancellation);
        session.Display.Note("searching for " + settings.Seconds + " s");
        CpuParameters parameters = Shortened(settings.Parameters with { Kind = work.Kind }, settings.Seconds);
        // A slice in which this peer is not drawn for a memory check: that one is under another key.
        SliceDuty duty = new(parameters, owner, new SliceNumber(1), beacon, dayKey, Instant.Epoch, (ushort)settings.Threads);
        while (duty.IsMemoryCheck) duty = duty with { Beacon = Hasher.Sha256(duty.Beacon.AsSpan()) };
        SliceFound found = await LowPriority.RunAsync("slice", () => work.Search(
            parameters, duty.Beacon, owner, settings.Threads, TimeSpan.FromSeconds(settings.Seconds), session.World.Time, cancellation));
        cancellation.ThrowIfCancellationRequested();
        return await LowPriority.RunAsync("verify", () => Judge(session, settings, work, hashes, duty, found));
    }

    private static CpuParameters Shortened(CpuParameters parameters, int seconds)
    {
        ulong asked = (ulong)seconds * 1000, duty = (ulong)parameters.Duty.Milliseconds;
        return asked >= duty ? parameters : parameters with { WorkPerShare = (uint)Math.Max(1, parameters.WorkPerShare * asked / duty) };
    }

    private static ProvenCpu Judge(Session session, CpuTrialSettings settings, WorkTrial work, SystemWorkHashes hashes, SliceDuty duty, SliceFound found)
    {
        CpuParameters parameters = duty.Parameters;
        ShareTree tree = new(found.Shares, parameters.TreeDepth);
        ShareCommitment commitment = new(duty.Owner, duty.Slice, work.Kind, duty.Units, tree.Root);
        Hash256 next = PlotOptions.RandomHash();
        ShareOpening opening = ShareRules.Open(parameters, commitment, tree, next);
        long startedAt = session.World.Time.GetTimestamp();
        using IWorkHash hash = work.Memory.CreateHash();
        ShareCommitmentVerdict committed = ShareRules.CheckCommitment(duty, commitment, duty.StartedAt + Duration.FromMilliseconds((long)found.Elapsed.TotalMilliseconds));
        ShareOpeningVerdict opened = ShareRules.CheckOpening(duty, commitment, opening, next, hash).Verdict;
        double verified = session.World.Time.GetElapsedTime(startedAt).TotalSeconds;
        Duration elapsed = Duration.FromMilliseconds(Math.Max(1, (long)found.Elapsed.TotalMilliseconds));
        CpuRate rate = CpuRate.Of(parameters, (ulong)found.Shares.Length, elapsed);
        (string word, string reason, string remedy) = Words(committed, opened, found.Shares.Length);
        return new ProvenCpu(
            reason.Length == 0, word, reason, remedy, work.Kind.ToString(), work.Grade, work.Mode.ToString(), settings.Threads, Math.Round(work.Prepared.TotalSeconds, 2),
            Math.Round(found.Elapsed.TotalSeconds, 2), found.Hashes, found.Shares.Length, rate.MilliHashes / 1000.0, rate.Error / 1000.0,
            Math.Round(found.Hashes / found.Elapsed.TotalSeconds, 2), rate.UnitsOf(parameters), opening.Encode().Length, Math.Round(verified, 3));
    }

    private static (string Word, string Reason, string Remedy) Words(ShareCommitmentVerdict committed, ShareOpeningVerdict opened, int shares)
    {
        if (committed == ShareCommitmentVerdict.Late) return (committed.ToString(), "the slice took longer than the chain waits", "leave the machine more time: fewer --threads");
        if (committed != ShareCommitmentVerdict.Accepted) return (committed.ToString(), "a verifier refuses the commitment", "report it: an honest search never commits so");
        if (opened != ShareOpeningVerdict.Accepted) return (opened.ToString(), "a verifier refuses the opening", "this machine computes wrongly: test its memory and its cooling");
        return shares > 0
            ? (nameof(ShareOpeningVerdict.Accepted), string.Empty, string.Empty)
            : ("NoShares", "not one share was found: the rate is too low to be seen", "give more --seconds, or --full for the dataset");
    }
}
