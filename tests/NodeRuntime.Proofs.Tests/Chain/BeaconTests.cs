using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Chain;

/// <summary>What two headers show of the beacon.</summary>
public sealed class BeaconTests
{
    private static readonly ChainId ChainOfTest = new(Hasher.Sha256("chain"u8));
    private static readonly BlockHeader First = HeaderOn(null, Hasher.Sha256("one"u8));
    private static readonly BlockHeader Second = HeaderOn(First, Hasher.Sha256("two"u8));
    private static readonly BlockHeader Silent = HeaderOn(Second, null);

    [Fact]
    public void A_beacon_follows_from_its_parents_and_what_is_shown()
    {
        Assert.Equal(BeaconVerdict.Accepted, Beacon.Verify(null, First));
        Assert.Equal(BeaconVerdict.Accepted, Beacon.Verify(First, Second));
        Assert.Equal(BeaconVerdict.Accepted, Beacon.Verify(Second, Silent));
        Assert.NotEqual(Second.Beacon, Silent.Beacon);
    }

    [Theory]
    [InlineData("another beacon", BeaconVerdict.BeaconWrong)]
    [InlineData("the parent's beacon", BeaconVerdict.BeaconWrong)]
    [InlineData("another reveal", BeaconVerdict.BeaconWrong)]
    [InlineData("no reveal", BeaconVerdict.BeaconWrong)]
    [InlineData("a reveal of zeros for none", BeaconVerdict.BeaconWrong)]
    [InlineData("another parent", BeaconVerdict.NotItsParent)]
    [InlineData("genesis for a parent", BeaconVerdict.NotItsParent)]
    [InlineData("a parent for the first block", BeaconVerdict.NotItsParent)]
    public void Each_defect_has_its_verdict(string defect, BeaconVerdict verdict) => Assert.Equal(verdict, defect switch
    {
        "another beacon" => Beacon.Verify(First, Second with { Beacon = Hasher.Sha256("other"u8) }),
        "the parent's beacon" => Beacon.Verify(First, Second with { Beacon = First.Beacon }),
        "another reveal" => Beacon.Verify(First, Second with { Reveal = Hasher.Sha256("one"u8) }),
        "no reveal" => Beacon.Verify(First, Second with { Reveal = null }),
        "a reveal of zeros for none" => Beacon.Verify(Second, Silent with { Reveal = Hash256.Zero }),
        "another parent" => Beacon.Verify(First with { Time = Second.Time }, Second),
        "genesis for a parent" => Beacon.Verify(null, Second),
        _ => Beacon.Verify(Second, First),
    });

    private static BlockHeader HeaderOn(BlockHeader? parent, Hash256? reveal) => new()
    {
        Chain = ChainOfTest,
        Epoch = new Epoch(0),
        View = parent?.View.Next ?? new View(1),
        Height = parent?.Height.Next ?? new Height(1),
        ParentView = parent?.View ?? View.Genesis,
        ParentDigest = parent?.Digest ?? ChainOfTest.Hash,
        JustificationHash = Hash256.Zero,
        BodyRoot = MerkleTree.EmptyRoot,
        ParentStateRoot = Hash256.Zero,
        Time = (parent?.Time ?? Instant.Epoch) + Duration.FromSeconds(1),
        Proposer = new ValidatorIndex(0),
        Participation = [1],
        EvidenceRoot = MerkleTree.EmptyRoot,
        Reveal = reveal,
        Beacon = Beacon.Next(parent?.Beacon ?? Beacon.Genesis(ChainOfTest), reveal),
    };
}
