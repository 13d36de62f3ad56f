using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Cpu;

public sealed class ShareTreeTests
{
    [Fact]
    public void Every_rank_leads_to_its_share_and_back_to_the_root()
    {
        Prng prng = new(5);
        for (int round = 0; round < 30; round++)
        {
            int depth = 1 + prng.NextBelow(12);
            ImmutableArray<Share> shares =
                [.. Enumerable.Range(0, 1 << depth).Where(_ => prng.NextBelow(4) == 0).Select(place => new Share((uint)place, (ushort)prng.NextBelow(1000)))];
            ShareTree tree = new(shares, depth);
            Assert.Equal((uint)shares.Length, tree.Root.Count);
            for (int rank = 0; rank < shares.Length; rank += 1 + (shares.Length / 40))
            {
                ShareProof proof = tree.Prove((uint)rank);
                Assert.Equal(shares[rank], proof.Share);
                Assert.Equal((tree.Root, (uint)rank), proof.Walk());
                WireWriter writer = new();
                proof.Write(writer);
                ShareProof read = ShareProof.Read(new WireReader(writer.ToArray()));
                Assert.Equal(proof.Siblings.AsEnumerable(), read.Siblings);
                Assert.Equal(proof.Share, read.Share);
            }
        }
    }

    [Fact]
    public void The_tree_of_nothing_has_no_hash() => Assert.Equal(ShareSum.Empty, new ShareTree([], 18).Root);

    [Fact]
    public void A_search_puts_one_share_into_a_bucket_and_its_work_matches_the_target()
    {
        SliceScenario scenario = new(hashesPerUnit: 5_000);
        Assert.Equal(scenario.Shares.Length, scenario.Shares.Select(static share => share.Place).Distinct().Count());
        Assert.All(scenario.Shares, share => Assert.True(share.Hits(scenario.Parameters, scenario.Duty.Beacon, scenario.Owner, scenario.Work)));
        // 10,000 hashes at 100 a share: 100, give or take four standard errors.
        Assert.Equal(10_000UL, scenario.Hashes);
        Assert.InRange(scenario.Shares.Length, 60, 140);
    }

    [Fact]
    public void A_search_ends_with_its_buckets()
    {
        CpuParameters parameters = CpuParameters.Default with { WorkPerShare = 8, BucketNonces = 24, BucketBits = 3, UnitBits = 0 };
        ShareSearch search = new(parameters, Hasher.Sha256([1]), new PeerId(Hasher.Sha256([2])), 0);
        search.Step(new ShaWork(Hash256.Zero), 10_000);
        Assert.True(search.IsExhausted);
        Assert.InRange(search.Shares.Length, 1, 8);
        Assert.InRange(search.HashCount, 8UL, 192UL);
    }

    [Fact]
    public void The_real_work_function_finds_and_verifies_a_slice_of_a_development_chain()
    {
        CpuParameters parameters = CpuParameters.Development;
        PeerId owner = new(Hasher.Sha256("owner"u8));
        SliceDuty duty = new(parameters, owner, new SliceNumber(1), Hasher.Sha256("slice"u8), Hasher.Sha256("key"u8), Instant.Epoch, 1);
        using IWorkMemory memory = SystemWorkHashes.Open().Open(parameters.Kind, duty.Key, WorkMode.Light)!;
        using IWorkHash work = memory.CreateHash();
        ShareSearch search = new(parameters, duty.Beacon, owner, 0);
        search.Step(work, 160);
        ShareTree tree = new(search.Shares, parameters.TreeDepth);
        ShareCommitment commitment = new(owner, duty.Slice, parameters.Kind, 1, tree.Root);
        ShareOpening opening = ShareRules.Open(parameters, commitment, tree, Hasher.Sha256("next"u8));
        Assert.NotEmpty(opening.Shares);
        Assert.Equal(
            new ShareOpeningOutcome(ShareOpeningVerdict.Accepted),
            ShareRules.CheckOpening(duty, commitment, opening, Hasher.Sha256("next"u8), work));
    }
}
