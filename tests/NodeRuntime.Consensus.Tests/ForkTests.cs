using System.Collections.Generic;
using System.Linq;
using System.Text;
using NodeRuntime.Consensus.Tests.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Forensics;
using Xunit.Abstractions;

namespace NodeRuntime.Consensus.Tests;

/// <summary>
/// f+1 to 2f validators run twice with one key, each instance for another side of a network that is cut again and again: what no protocol of
/// this kind withstands. What it must do instead (I10, I11): every two honest disks that contradict each other convict more than f of the
/// twins, from their own data, and nobody honest.
/// </summary>
public sealed class ForkTests(ITestOutputHelper output)
{
    // For every run of the tests; FORK_SEEDS=5000 for a campaign.
    private static readonly int SeedsPerSize =
        int.TryParse(System.Environment.GetEnvironmentVariable("FORK_SEEDS"), out int count) ? count : 12;

    private readonly SortedDictionary<EvidenceFault, int> _faults = [];

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(10)]
    public void Every_fork_convicts_more_than_a_third_and_frames_nobody(int validators)
    {
        StringBuilder failures = new();
        int forkedSeeds = 0;
        int forks = 0;
        int pairs = 0;
        int punished = 0;
        for (ulong seed = 0; seed < (ulong)SeedsPerSize; seed++)
        {
            WorldPlan plan = PlanOf(validators, seed);
            SmallWorld world = new(plan);
            int before = forks;
            try
            {
                ForkScript.Run(world);
                (int contradicting, int compared) = Compare(world, failures);
                forks += contradicting;
                pairs += compared;
            }
            catch (System.Exception exception) when (exception is HarnessException or InvariantException or System.OverflowException)
            {
                failures.Append("\nseed ").Append(seed).Append(": ").Append(exception.Message);
            }

            if (forks > before) forkedSeeds++;
            if (world.Nodes.Any(node => node.IsHonest && node.Jail.Count > 0)) punished++;
        }

        output.WriteLine(
            $"n={validators}: {SeedsPerSize} seeds, {forkedSeeds} with a fork, {forks} of {pairs} pairs of honest disks contradict each other and are attributed; in {punished} seeds a twin was punished; convicted by "
            + string.Join(", ", _faults.Select(static fault => $"{fault.Key} {fault.Value}")));
        Assert.True(failures.Length == 0, failures.ToString());
        Assert.True(forkedSeeds * 4 > SeedsPerSize, $"only {forkedSeeds} forks");
    }

    private static WorldPlan PlanOf(int validators, ulong seed)
    {
        int faulty = (validators - 1) / 3;
        Prng prng = new(seed ^ 0xF0_4B_0000_0000);
        return new WorldPlan
        {
            Seed = seed,
            Validators = validators,
            Observers = prng.NextBelow(2),
            Twins = faulty + 1 + prng.NextBelow(faulty),
            MayFork = true,
            LossPerMille = prng.NextChance(300) ? prng.NextBelow(150) : 0,
            DuplicatePerMille = prng.NextChance(300) ? prng.NextBelow(200) : 0,
            DelayMax = Duration.FromMilliseconds(30 + prng.NextBelow(120)),
            HasCrashes = prng.NextChance(300),
            HasSlowDisks = prng.NextChance(150),
            ChainCount = 64,
        };
    }

    private (int Contradicting, int Compared) Compare(SmallWorld world, StringBuilder failures)
    {
        int contradicting = 0;
        int compared = 0;
        ValidatorSet set = world.Genesis.ValidatorSet;
        SmallNode[] honest = [.. world.Nodes.Where(node => node.IsHonest && node.Disk.Blocks.Count > 0)];
        for (int i = 0; i < honest.Length; i++)
        {
            foreach (PublicKey jailed in honest[i].Jail)
            {
                if (set.IndexOf(jailed) is not { } index || index.Number >= world.Plan.Twins) failures.Append("\nseed ").Append(world.Plan.Seed).Append(": honest validator ").Append(jailed).Append(" is in jail");
            }

            for (int j = 0; j < i; j++)
            {
                compared++;
                ForkReport report = ForkExamination.Run(world.Genesis.ChainId, set, world.Signatures, ExtractOf(honest[i].Disk), ExtractOf(honest[j].Disk));
                bool contradict = Contradict(honest[i].Disk, honest[j].Disk);
                if (contradict) contradicting++;
                foreach (Culprit culprit in report.Culprits) _faults[culprit.Evidence.Fault] = _faults.GetValueOrDefault(culprit.Evidence.Fault) + 1;
                if (Judge(world, report, contradict) is { } fault)
                {
                    failures.Append("\nseed ").Append(world.Plan.Seed).Append(", nodes ").Append(honest[i].Number).Append(" and ").Append(honest[j].Number).Append(": ").Append(fault);
                }
            }
        }

        return (contradicting, compared);
    }

    // The oracle's own eyes: two heights of the disks, compared without the code under test.
    private static bool Contradict(SmallDisk one, SmallDisk other) =>
        one.Blocks.Any(stored => other.Blocks.TryGetValue(stored.Key, out (Block Block, Certificate? Finalization) held) && held.Block.Header.Digest != stored.Value.Block.Header.Digest);

    private static string? Judge(SmallWorld world, ForkReport report, bool contradict)
    {
        if (!contradict) return report.Verdict == ForkVerdict.Agree ? null : $"they agree, and the verdict is {report.Verdict}";
        if (report.Verdict != ForkVerdict.Attributed) return $"{report.Verdict}: {report.Weight} of {report.TotalWeight}, {report.Reason}";
        if (report.Culprits.Any(culprit => culprit.Validator.Number >= world.Plan.Twins)) return "an honest validator is named";
        if (3 * report.Weight < report.TotalWeight) return $"only {report.Weight} of {report.TotalWeight} are named";
        // Each of them stands alone, as a chain would take it.
        foreach (Culprit culprit in report.Culprits)
        {
            bool convicts = Evidence.TryDecode(culprit.Evidence.Encode(), out Evidence? evidence)
                && EvidenceRules.Check(evidence!, world.Genesis.ChainId, world.Genesis.ValidatorSet, world.Signatures, out _) == EvidenceVerdict.Accepted;
            if (!convicts || evidence!.Voter != culprit.Validator) return "a culprit's evidence does not convict it";
        }

        return null;
    }

    // From genesis on, so that the seals are among the links.
    private static ChainExtract ExtractOf(SmallDisk disk) => new([], Links(disk));

    internal static IEnumerable<ChainLink> Links(SmallDisk disk) =>
        disk.Blocks.Values.Select(static stored => new ChainLink(stored.Block.Header, stored.Block.Justification, stored.Finalization));
}
