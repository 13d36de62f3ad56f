using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Flight;
using NodeRuntime.Simulation.Flight;

namespace NodeRuntime.Simulation.Tests.Flight;

/// <summary>What a simulated peer records replays bit for bit; what was changed in a recording is caught.</summary>
public sealed class FlightReplayTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_peers_recording_replays_equal(ulong seed)
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(seed, 30, Faults.Draw(new Prng(seed)), 300);
        int inputs = 0;
        int checkpoints = 0;
        foreach (MemoryTapes tapes in peers)
        {
            foreach ((string machine, ReadOnlyMemory<byte> bytes) in tapes.Segments)
            {
                FlightReport report = FlightReplay.Run(bytes, signatures);
                Assert.True(report.IsEqual, $"{machine}: {report.Verdict} {report.Difference}");
                Assert.Equal(report.Recorded, report.Inputs);
                Assert.False(report.IsOtherBuild);
                inputs += report.Inputs;
                if (machine == "consensus") checkpoints++;
            }
        }

        // Long enough that most segments begin in the middle of a life.
        Assert.True(inputs > 2_000, $"{inputs} inputs");
        Assert.True(checkpoints > 10, $"{checkpoints} segments of consensus");
    }

    [Fact]
    public void A_step_that_was_taken_out_is_the_first_difference_or_before_it()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(7, 10, Faults.None, 100_000);
        ReadOnlyMemory<byte> bytes = ConsensusOf(peers[0]);
        List<ReadOnlyMemory<byte>> frames = FramesOf(bytes);
        FlightSegment whole = FlightSegment.Read(bytes, null).Segment!;
        // A step that did something: one without effects may change nothing that is ever seen.
        int taken = Enumerable.Range(20, 1000).First(i => whole.Steps[i].Effects.Length > 0);
        frames.RemoveAt(2 + taken);

        FlightReport report = FlightReplay.Run(Joined(frames), signatures);

        Assert.Equal(FlightVerdict.Accepted, report.Verdict);
        Assert.NotNull(report.Difference);
        Assert.Equal(taken, report.Difference.Index);
    }

    [Fact]
    public void Another_time_is_a_difference_with_its_input_and_both_effects()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(8, 10, Faults.None, 100_000);
        List<ReadOnlyMemory<byte>> frames = FramesOf(ConsensusOf(peers[0]));
        FlightReport before = FlightReplay.Run(Joined(frames), signatures);
        Assert.True(before.IsEqual);
        int changed = -1;
        for (int i = 2; i < frames.Count && changed < 0; i++)
        {
            byte[] payload = FlightFrames.Read(frames[i])!.Value.ToArray();
            // An hour later: a leader then gives its block another time.
            BitConverter.TryWriteBytes(payload, BitConverter.ToInt64(payload) + 3_600_000_000L);
            List<ReadOnlyMemory<byte>> other = [.. frames];
            other[i] = FlightFrames.Frame(payload);
            FlightReport report = FlightReplay.Run(Joined(other), signatures);
            if (report.Difference is not { } difference) continue;
            changed = i - 2;
            Assert.True(difference.Index >= changed);
            Assert.NotEqual(
                difference.Recorded.ElementAtOrDefault(difference.Effect), difference.Replayed.ElementAtOrDefault(difference.Effect));
            Assert.NotEmpty(difference.Input);
        }

        Assert.True(changed >= 0, "no step depends on the time");
    }

    [Fact]
    public void A_torn_tail_is_left_out_and_said()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(9, 5, Faults.None, 100_000);
        ReadOnlyMemory<byte> bytes = ConsensusOf(peers[0]);
        int steps = FlightReplay.Run(bytes, signatures).Inputs;

        FlightReport report = FlightReplay.Run(bytes[..^3], signatures);

        Assert.True(report.IsEqual);
        Assert.Equal(steps - 1, report.Inputs);
        Assert.True(report.TornBytes > 0);
    }

    [Fact]
    public void Bad_files_have_a_verdict_each()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(9, 5, Faults.None, 100_000);
        byte[] bytes = ConsensusOf(peers[0]).ToArray();
        List<ReadOnlyMemory<byte>> frames = FramesOf(bytes);
        FlightHead head = FlightHead.Decode(FlightFrames.Read(frames[0])!.Value).Head!;
        byte[] damaged = [.. bytes];
        damaged[bytes.Length / 2] ^= 1;

        Assert.Equal(FlightVerdict.NotARecording, FlightReplay.Run(ReadOnlyMemory<byte>.Empty, signatures).Verdict);
        Assert.Equal(FlightVerdict.NotARecording, FlightReplay.Run("a text"u8.ToArray(), signatures).Verdict);
        Assert.Equal(FlightVerdict.Damaged, FlightReplay.Run(damaged, signatures).Verdict);
        Assert.Equal(FlightVerdict.OtherVersion, WithHead(head with { Schema = Hash256.Zero }));
        Assert.Equal(FlightVerdict.OtherVersion, WithHead(head with { Machine = "tomorrow" }));
        Assert.Equal(FlightVerdict.OtherChain, FlightReplay.Run(bytes, signatures, new ChainId(Hash256.Zero)).Verdict);
        Assert.Equal(FlightVerdict.ContentWrong, FlightReplay.Run(Joined([frames[0], FlightFrames.Frame([1, 2, 3]), frames[2]]), signatures).Verdict);
        Assert.Equal(FlightVerdict.ContentWrong, FlightReplay.Run(Joined([frames[0], frames[1], FlightFrames.Frame([1, 2, 3])]), signatures).Verdict);
        Assert.Equal(FlightVerdict.Accepted, WithHead(head));

        FlightVerdict WithHead(FlightHead other) =>
            FlightReplay.Run(Joined([FlightFrames.Frame(other.Encode()), .. frames[1..]]), signatures).Verdict;
    }

    [Fact]
    public void Checkpoints_of_any_bytes_are_read_or_refused()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(9, 5, Faults.None, 50);
        ReadOnlyMemory<byte> bytes = peers[0].Segments.Last(static segment => segment.Machine == "consensus").Bytes;
        List<ReadOnlyMemory<byte>> frames = FramesOf(bytes);
        byte[] checkpoint = FlightFrames.Read(frames[1])!.Value.ToArray();
        Prng prng = new(5);
        int refused = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] mutated = [.. checkpoint];
            mutated[prng.NextBelow(mutated.Length)] = (byte)prng.NextBelow(256);
            FlightReport report = FlightReplay.Run(Joined([frames[0], FlightFrames.Frame(mutated), .. frames[2..]]), signatures, null, 3);
            if (report.Verdict == FlightVerdict.ContentWrong) refused++;
        }

        Assert.InRange(refused, 1, 299);
    }

    [Fact]
    public void A_recording_holds_no_private_key()
    {
        Prng prng = new(3);
        byte[] entropy = new byte[KeyPair.EntropyByteCountMin];
        SystemSignatures system = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        prng.Fill(entropy);
        KeyPair pair = KeyPair.Generate(KeyAlgorithm.Secp256k1, entropy);
        ISigner signer = new FlightSigning().Around(system.CreateSigner(pair));
        Shapes shapes = FlightMachine.Consensus.StateShapes(null, null);
        GraphWriter writer = new(1024);

        shapes.Of(typeof(ISigner)).Write(writer, signer);

        Assert.Equal([1, (byte)pair.PublicKey.AsSpan().Length, .. pair.PublicKey.AsSpan()], writer.Written.ToArray());
    }

    [Fact]
    public void Effects_are_their_values_whoever_holds_the_objects()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(9, 5, Faults.None, 100_000);
        FlightSegment segment = FlightSegment.Read(ConsensusOf(peers[0]), null).Segment!;
        FlightPlayer player = FlightPlayer.Open(segment, signatures)!;
        ConsensusEffect.Deliver deliver = segment.Steps.SelectMany(step => player.Play(step)!.Effects).OfType<ConsensusEffect.Deliver>().Skip(1).First();
        Block block = deliver.Blocks[0];
        Assert.True(Block.TryDecode(block.Encode(), out Block? equal));
        FlightEffects one = new(FlightMachine.Consensus);
        FlightEffects two = new(FlightMachine.Consensus);

        ImmutableArray<byte[]> shared = one.Roll([new ConsensusEffect.Check(block, Hash256.Zero), deliver with { Blocks = [block, block] }]);
        ImmutableArray<byte[]> apart = two.Roll([new ConsensusEffect.Check(equal!, Hash256.Zero), deliver with { Blocks = [block, equal!] }]);

        Assert.Equal(one.Rolling, two.Rolling);
        Assert.Equal(shared.SelectMany(static form => form), apart.SelectMany(static form => form));
    }

    [Fact]
    public void Effects_are_put_in_words_without_the_bodies_that_were_left_out()
    {
        (ISignatureVerifier signatures, List<MemoryTapes> peers) = Record(9, 5, Faults.None, 100_000);
        FlightSegment segment = FlightSegment.Read(ConsensusOf(peers[0]), null).Segment!;
        FlightPlayer player = FlightPlayer.Open(segment, signatures)!;
        LogRecord.Body body = segment.Steps.SelectMany(step => player.Play(step)!.Effects).OfType<ConsensusEffect.Persist>()
            .Select(static persist => persist.Record).OfType<LogRecord.Body>().First();
        FlightEffects effects = new(FlightMachine.Consensus);

        byte[] form = Assert.Single(effects.Roll([new ConsensusEffect.Persist(body)]));

        Assert.Contains("Body", effects.Describe(form), StringComparison.Ordinal);
    }

    private static (ISignatureVerifier Signatures, List<MemoryTapes> Peers) Record(ulong seed, int seconds, Faults faults, int stepsMax)
    {
        SimulationConfig quiet = SeedTests.Quiet(5, 4, seed, seconds);
        List<MemoryTapes> peers = [.. Enumerable.Range(0, quiet.Peers).Select(_ => new MemoryTapes(stepsMax))];
        World world = new(quiet with { Faults = faults, Flight = peer => peers[peer] });
        SimulationReport report = world.Run();
        Assert.True(report.Violations.IsEmpty, string.Join('\n', report.Violations));
        return (world.Signatures, peers);
    }

    private static ReadOnlyMemory<byte> ConsensusOf(MemoryTapes tapes) => tapes.Segments.First(static segment => segment.Machine == "consensus").Bytes;

    private static List<ReadOnlyMemory<byte>> FramesOf(ReadOnlyMemory<byte> bytes)
    {
        List<ReadOnlyMemory<byte>> frames = [];
        while (FlightFrames.Read(bytes) is { } payload)
        {
            int length = FlightFrames.HeadBytes + payload.Length;
            frames.Add(bytes[..length]);
            bytes = bytes[length..];
        }

        return frames;
    }

    private static ReadOnlyMemory<byte> Joined(List<ReadOnlyMemory<byte>> frames) => frames.SelectMany(static frame => frame.ToArray()).ToArray();
}
