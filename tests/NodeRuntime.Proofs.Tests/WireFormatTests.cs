using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Tests;

/// <summary>What every encoding must do, and formats.txt: a changed wire is a changed line that somebody reviews.</summary>
public sealed class WireFormatTests
{
    public static TheoryData<string> Names => [.. WireSamples.All.Select(sample => sample.Name)];

    [Fact]
    public void Formats_are_as_reviewed()
    {
        IEnumerable<string> reviewed = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "formats.txt"))
            .Where(line => line.Length > 0 && line[0] != '#');
        string[] found = [.. WireSamples.All.Select(sample => $"{Hasher.Sha256(sample.Bytes)} {sample.Bytes.Length,5} {sample.Name}")];
        // What to copy once the change is meant.
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "formats.found.txt"), found);
        Assert.Equal(string.Join('\n', reviewed), string.Join('\n', found));
    }

    [Fact]
    public void Every_record_of_the_assembly_has_a_line()
    {
        string[] parts = ["BeaconParameters", "OrderTerms", "ContentRef", "JobPiece", "JobPieceProgress", "StateKey", "ValidatorMember", "VoteSlot"];
        IEnumerable<string> writable = typeof(Genesis).Assembly.GetExportedTypes()
            .Where(IsWritten)
            .Where(type => type.DeclaringType is null)
            .Select(type => type.Name)
            .Except(parts);
        string[] lines = [.. WireSamples.All.Select(sample => sample.Name)];
        Assert.All(writable, name => Assert.Contains(lines, line => line.Split('.', ',')[0] == name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_record_comes_back_byte_for_byte(string name)
    {
        WireSample sample = Find(name);
        Assert.Equal(sample.Bytes, sample.Again(sample.Bytes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_and_trailing_byte_is_refused(string name)
    {
        WireSample sample = Find(name);
        for (int length = 0; length < sample.Bytes.Length; length++) Assert.Null(sample.Again(sample.Bytes.AsMemory(0, length)));
        for (int trailing = 0; trailing < 256; trailing++) Assert.Null(sample.Again((byte[])[.. sample.Bytes, (byte)trailing]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_flipped_bit_is_refused_or_makes_another_record_with_that_encoding(string name)
    {
        WireSample sample = Find(name);
        byte[] bytes = [.. sample.Bytes];
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte mask = (byte)(1 << (bit % 8));
            bytes[bit / 8] ^= mask;
            if (sample.Again(bytes) is { } again) Assert.Equal(bytes, again);
            bytes[bit / 8] ^= mask;
        }
    }

    [Fact]
    public void No_record_is_read_as_another()
    {
        foreach (WireSample sample in WireSamples.All)
        {
            string record = sample.Name.Split(',')[0];
            foreach (WireSample other in WireSamples.All)
            {
                string otherRecord = other.Name.Split(',')[0];
                if (record.Split('.')[0] == otherRecord.Split('.')[0]) continue;
                // Parts without a type of their own: they stand only inside records.
                if (IsMerkleProof(record) && IsMerkleProof(otherRecord)) continue;
                Assert.True(other.Again(sample.Bytes) is null, $"{sample.Name} was read as {other.Name}");
            }
        }
    }

    [Fact]
    public void Random_bytes_are_no_record()
    {
        Prng prng = new(30);
        foreach (WireSample sample in WireSamples.All)
        {
            for (int i = 0; i < 200; i++)
            {
                byte[] noise = new byte[prng.NextBelow(200)];
                prng.Fill(noise);
                if (sample.Again(noise) is { } again) Assert.Equal(noise, again);
            }
        }
    }

    private static bool IsWritten(Type type) =>
        type.GetMethod("Write", [typeof(WireWriter)]) is not null || type.GetMethod("Encode", Type.EmptyTypes) is not null;

    private static bool IsMerkleProof(string record) => record.StartsWith("Merkle", StringComparison.Ordinal);

    private static WireSample Find(string name) => WireSamples.All.Single(sample => sample.Name == name);
}
