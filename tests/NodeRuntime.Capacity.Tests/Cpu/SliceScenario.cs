using System.Collections.Immutable;
using NodeRuntime.Capacity.Cpu;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Cpu;

/// <summary>An honest peer's slice: two units, a few dozen shares, the opening that the next beacon asks for.</summary>
internal sealed class SliceScenario
{
    public SliceScenario(int hashesPerUnit = 6_000)
    {
        Parameters = CpuParameters.Default with { WorkPerShare = 100, BucketNonces = 300, BucketBits = 6, UnitBits = 3 };
        Owner = new PeerId(Hasher.Sha256("owner"u8));
        Duty = new SliceDuty(
            Parameters, Owner, new SliceNumber(77), Hasher.Sha256("slice"u8), CpuSeeds.DayKey(Hasher.Sha256("day"u8)), Instant.FromMilliseconds(1_000_000), 2);
        Work = new ShaWork(Duty.Key);
        ImmutableArray<Share>.Builder shares = ImmutableArray.CreateBuilder<Share>();
        for (uint unit = 0; unit < Duty.Units; unit++)
        {
            ShareSearch search = new(Parameters, Duty.Beacon, Owner, unit);
            search.Step(Work, hashesPerUnit);
            Hashes += search.HashCount;
            shares.AddRange(search.Shares);
        }

        Shares = shares.ToImmutable();
        Tree = new ShareTree(Shares, Parameters.TreeDepth);
        Commitment = CommitTo(Tree);
    }

    public CpuParameters Parameters { get; }

    public PeerId Owner { get; }

    public SliceDuty Duty { get; }

    public ShaWork Work { get; }

    public ulong Hashes { get; }

    public ImmutableArray<Share> Shares { get; }

    public ShareTree Tree { get; }

    public ShareCommitment Commitment { get; }

    public Hash256 NextBeacon { get; } = Hasher.Sha256("next slice"u8);

    public ShareOpening Opening => ShareRules.Open(Parameters, Commitment, Tree, NextBeacon);

    public ShareCommitment CommitTo(ShareTree tree) => new(Owner, Duty.Slice, Parameters.Kind, Duty.Units, tree.Root);

    public ShareOpeningOutcome Check(ShareOpening opening) => ShareRules.CheckOpening(Duty, Commitment, opening, NextBeacon, new ShaWork(Duty.Key));
}
