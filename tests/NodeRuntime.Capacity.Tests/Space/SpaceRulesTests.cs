using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Labels;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Space;

public sealed class SpaceRulesTests
{
    private static readonly PlotScenario Plot = new(units: 4, scanPerMille: 500);
    private static readonly SpaceChallenge Challenge = Plot.Challenge(1);
    private static readonly SpaceProof Proof = Plot.Prove(Challenge)!;
    private static readonly ulong[] Good =
        [.. PackedIndices.Unpack(Proof.Indices.AsSpan(), Challenge.Parameters.HitsNeeded, Challenge.IndexBits).Indices];

    public static TheoryData<SpaceVerdict, SpaceProof> Proofs
    {
        get
        {
            ulong[] duplicate = [.. Good], unsorted = [.. Good];
            duplicate[7] = duplicate[6];
            (unsorted[7], unsorted[8]) = (unsorted[8], unsorted[7]);
            return new()
            {
                { SpaceVerdict.Accepted, Proof },
                { SpaceVerdict.WrongChallenge, Proof with { Challenge = Hasher.Sha256([1]) } },
                { SpaceVerdict.NonceOutOfRange, Proof with { Nonce = 128 } },
                { SpaceVerdict.SizeWrong, Proof with { Indices = [.. Proof.Indices, 0] } },
                { SpaceVerdict.SizeWrong, Proof with { Indices = Proof.Indices[1..] } },
                { SpaceVerdict.SizeWrong, Proof with { Indices = [] } },
                { SpaceVerdict.PaddingNotZero, Proof with { Indices = [.. Proof.Indices[..^1], (byte)(Proof.Indices[^1] | 0x80)] } },
                { SpaceVerdict.IndexDuplicate, Of(duplicate) },
                { SpaceVerdict.IndexUnsorted, Of(unsorted) },
                { SpaceVerdict.LabelMisses, Of(WithForeign(out _)) },
            };
        }
    }

    // 300 numbers of 13 bits leave four bits of the last byte.
    [Fact]
    public void The_scenario_proves_two_units_of_four_with_a_number_of_bits_that_leaves_a_rest()
    {
        Assert.Equal(2u, Challenge.ScannedUnits);
        Assert.Equal(8192UL, Challenge.LabelCount);
        Assert.Equal(13, Challenge.IndexBits);
        Assert.Equal(488, Proof.Indices.Length);
    }

    [Theory]
    [MemberData(nameof(Proofs))]
    public void A_proof_is_judged_by_name(SpaceVerdict verdict, SpaceProof proof) =>
        Assert.Equal(verdict, SpaceRules.CheckAll(Challenge, proof, Plot.Argon2).Verdict);

    [Fact]
    public void A_number_that_no_scanned_label_has_is_out_of_range()
    {
        // Three units: 12,288 labels in 14 bits.
        PlotScenario three = new(units: 3);
        SpaceChallenge challenge = three.Challenge(1);
        SpaceProof proof = three.Prove(challenge)!;
        ulong[] indices = [.. PackedIndices.Unpack(proof.Indices.AsSpan(), 300, challenge.IndexBits).Indices];
        indices[^1] = challenge.LabelCount;
        SpaceProof beyond = proof with { Indices = [.. PackedIndices.Pack(indices, challenge.IndexBits)] };
        Assert.Equal(new SpaceOutcome(SpaceVerdict.IndexOutOfRange, 299), SpaceRules.CheckAll(challenge, beyond, three.Argon2));
    }

    [Fact]
    public void A_sample_accepts_what_is_whole_and_looks_elsewhere_for_every_verifier()
    {
        SpaceProof foreign = Of(WithForeign(out int position));
        int found = 0;
        for (byte verifier = 0; verifier < 60; verifier++)
        {
            Hash256 seed = Hasher.Sha256([verifier]);
            if (verifier < 4) Assert.Equal(new SpaceOutcome(SpaceVerdict.Accepted), SpaceRules.CheckSample(Challenge, Proof, Plot.Argon2, seed));
            SpaceOutcome outcome = SpaceRules.CheckSample(Challenge, foreign, Plot.Argon2, seed);
            if (outcome.Verdict != SpaceVerdict.LabelMisses) continue;
            Assert.Equal(position, outcome.Position);
            found++;
        }

        // Ten of sixty, give or take four standard deviations.
        Assert.InRange(found, 1, 22);
    }

    [Fact]
    public void A_false_label_convicts_with_one_row_and_a_good_one_never()
    {
        SpaceProof foreign = Of(WithForeign(out int position));
        Assert.Equal(SpaceFaultVerdict.Accepted, Fault(foreign, foreign, position));
        Assert.Equal(SpaceFaultVerdict.LabelHits, Fault(foreign, foreign, position == 0 ? 1 : 0));
        Assert.Equal(SpaceFaultVerdict.WrongProof, Fault(Proof, foreign, position));
        Assert.Equal(SpaceFaultVerdict.PositionOutOfRange, Fault(foreign, foreign, 300));
        SpaceProof cut = Proof with { Indices = [] };
        Assert.Equal(SpaceFaultVerdict.ProofMalformed, Fault(cut, cut, 0));
        for (int i = 0; i < 300; i += 29) Assert.Equal(SpaceFaultVerdict.LabelHits, Fault(Proof, Proof, i));
    }

    [Fact]
    public void Another_beacon_owner_or_registration_is_another_challenge()
    {
        Assert.Equal(SpaceVerdict.WrongChallenge, SpaceRules.CheckAll(Plot.Challenge(2), Proof, Plot.Argon2).Verdict);
        PlotIdentity thief = PlotIdentity.Of(
            PlotScenario.Chain, new PublicKey(KeyAlgorithm.P256, [2, .. Hasher.Sha256("thief"u8).AsSpan()]), PlotScenario.Commitment.Registration, 1);
        SpaceChallenge stolen = new(Plot.Parameters, Challenge.Beacon, thief, 4);
        Assert.Equal(SpaceVerdict.WrongChallenge, SpaceRules.CheckAll(stolen, Proof, Plot.Argon2).Verdict);
        // Put under the right name it fails by its labels.
        Assert.Equal(SpaceVerdict.LabelMisses, SpaceRules.CheckAll(stolen, Proof with { Challenge = stolen.Digest }, Plot.Argon2).Verdict);
        SpaceChallenge fewer = new(Plot.Parameters, Challenge.Beacon, Plot.Identity, 3);
        Assert.Equal(SpaceVerdict.WrongChallenge, SpaceRules.CheckAll(fewer, Proof, Plot.Argon2).Verdict);
    }

    [Fact]
    public void Units_that_were_swapped_on_the_disk_make_a_proof_that_fails()
    {
        PlotScenario plot = new(units: 2);
        plot.Swap(0, 1);
        SpaceChallenge challenge = plot.Challenge(1);
        SpaceProof? proof = plot.Prove(challenge);
        Assert.NotNull(proof);
        Assert.Equal(SpaceVerdict.LabelMisses, SpaceRules.CheckSample(challenge, proof, plot.Argon2, Hasher.Sha256([1])).Verdict);
    }

    [Fact]
    public void The_scan_finds_what_the_standards_way_finds()
    {
        List<ulong> expected = [];
        LabelSieve sieve = Challenge.SieveOf(Proof.Nonce / 16);
        for (uint place = 0; place < Challenge.ScannedUnits; place++)
        {
            List<LabelHit> hits = [];
            sieve.ScanByStandard(Plot.Unit(Challenge.UnitAt(place)), hits);
            expected.AddRange(from hit in hits where hit.Nonce == Proof.Nonce % 16 select (place * Plot.Parameters.UnitLabels) + (uint)hit.Label);
        }

        Assert.Equal(expected.Take(300), Good);
    }

    // 128 nonces with 273 hits expected each: 999 of 1,000 whole plots prove, one of 10,000 of four fifths does. The figures in many trials
    // are the simulation's; here is the real scan.
    [Fact]
    public void Whole_plots_prove_and_plots_that_lack_a_fifth_do_not()
    {
        PlotScenario plot = new(units: 2);
        int missing = 26 * SpaceParameters.RowByteCount;
        for (byte beacon = 0; beacon < 12; beacon++)
        {
            SpaceChallenge challenge = plot.Challenge(beacon);
            Assert.NotNull(plot.Prove(challenge));
            // Of 128 rows 26 are not there.
            SpaceScan scan = new(challenge);
            scan.Append(plot.Unit(challenge.UnitAt(0)));
            scan.Append(plot.Unit(challenge.UnitAt(1)).AsSpan(missing));
            Assert.Null(scan.Proof);
        }
    }

    [Fact]
    public void A_registration_is_judged_by_name()
    {
        SpaceCommitment good = PlotScenario.Commitment;
        PeerId owner = good.NodeKey.ToPeerId();
        Assert.Equal(SpaceCommitmentVerdict.Accepted, good.Check(Plot.Parameters, owner, good.Registration));
        Assert.Equal(SpaceCommitmentVerdict.WrongOwner, good.Check(Plot.Parameters, new PeerId(Hasher.Sha256([1])), good.Registration));
        Assert.Equal(SpaceCommitmentVerdict.ParameterSetUnknown, (good with { ParameterSet = 2 }).Check(Plot.Parameters, owner, good.Registration));
        Assert.Equal(SpaceCommitmentVerdict.RegistrationUnknown, good.Check(Plot.Parameters, owner, Hasher.Sha256([1])));
        Assert.Equal(SpaceCommitmentVerdict.UnitsOutOfRange, (good with { Units = 0 }).Check(Plot.Parameters, owner, good.Registration));
        Assert.Equal(SpaceCommitmentVerdict.UnitsOutOfRange, (good with { Units = 1 << 17 }).Check(Plot.Parameters, owner, good.Registration));
    }

    [Fact]
    public void Packed_numbers_come_back()
    {
        Prng prng = new(3);
        for (int bits = 1; bits <= 50; bits++)
        {
            ulong[] numbers = [.. Enumerable.Range(0, 37).Select(_ => prng.NextUInt64() >> (64 - bits))];
            byte[] packed = PackedIndices.Pack(numbers, bits);
            Assert.Equal(PackedIndices.ByteCountOf(37, bits), packed.Length);
            (ImmutableArray<ulong> read, bool isPadded) = PackedIndices.Unpack(packed, 37, bits);
            Assert.Equal(numbers, read);
            Assert.True(isPadded);
        }
    }

    private static SpaceFaultVerdict Fault(SpaceProof named, SpaceProof given, int position) =>
        SpaceRules.CheckFault(Challenge, given, new SpaceFault(named.Digest, (ushort)position), Plot.Argon2);

    // A label between two hits that the nonce does not hit.
    private static ulong[] WithForeign(out int position)
    {
        ulong[] indices = [.. Good];
        position = Enumerable.Range(0, indices.Length - 1).First(i => indices[i + 1] > indices[i] + 1);
        indices[position]++;
        return indices;
    }

    private static SpaceProof Of(ReadOnlySpan<ulong> indices) => Proof with { Indices = [.. PackedIndices.Pack(indices, Challenge.IndexBits)] };
}
