using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Wire.Tests;

/// <summary>
/// Every kind of bytes that a stranger, a disk or a child process may give us: its form is reviewed, and no bytes at all make its
/// reader throw, loop or fill the memory. <c>WIRE_INPUTS=1000000</c> is the campaign; by default each kind gets a few hundred.
/// </summary>
public sealed class DecoderTests
{
    private const string InputsVariable = "WIRE_INPUTS";
    private const int InputsDefault = 400;

    /// <summary>What a decoder may allocate for one byte of input, and to begin with: a list of small values is the worst.</summary>
    private const long AllocatedPerByteMax = 600;
    private const long AllocatedAtLeast = 64 * 1024;

    private static int Inputs =>
        Environment.GetEnvironmentVariable(InputsVariable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : InputsDefault;

    public static TheoryData<string> Names => [.. WireCases.All.Select(static it => it.Name)];

    [Fact]
    public void Every_number_of_a_record_has_a_value_here_or_a_reason()
    {
        SortedSet<WireType> covered = [.. WireCases.All.Select(static it => it.Type).OfType<WireType>()];
        foreach (WireType type in Enum.GetValues<WireType>())
        {
            bool isExplained = WireCases.Elsewhere.TryGetValue(type, out string? where) && where.Length > 0;
            Assert.True(covered.Contains(type) != isExplained, $"{type}: covered {covered.Contains(type)}, explained {isExplained}");
        }
    }

    [Fact]
    public void Formats_are_as_reviewed()
    {
        IEnumerable<string> reviewed = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "formats.txt"))
            .Where(static line => line.Length > 0 && line[0] != '#');
        string[] found = [.. WireCases.Own.Select(static it => $"{Hasher.Sha256(it.Bytes)} {it.Bytes.Length,5} {it.Name}")];
        // What to copy once the change is meant.
        File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "formats.found.txt"), found);
        Assert.Equal(string.Join('\n', reviewed), string.Join('\n', found));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_value_comes_back_byte_for_byte(string name)
    {
        WireCase it = Find(name);
        Assert.Equal(it.Bytes, it.Again(it.Bytes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_bytes_at_all_upset_the_reader(string name)
    {
        WireCase it = Find(name);
        Prng prng = new(Hasher.Sha256(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan()[0]);
        int accepted = 0;
        for (int i = 0; i < Inputs; i++)
        {
            byte[] input = Mutations.Next(prng, it.Bytes, WireCases.All);
            long before = GC.GetAllocatedBytesForCurrentThread();
            byte[]? again;
            try
            {
                again = it.Again(input);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{name} threw {exception.GetType().Name} for {Convert.ToHexString(input)}", exception);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= AllocatedAtLeast + (AllocatedPerByteMax * input.Length), $"{name} took {allocated} bytes for {Convert.ToHexString(input)}");
            if (again is null) continue;
            accepted++;
            // One value, one encoding: what is read must be what was written.
            Assert.True(again.AsSpan().SequenceEqual(input), $"{name} read {Convert.ToHexString(input)} and wrote {Convert.ToHexString(again)}");
        }

        // Inputs that never pass the first byte would test little: some must be good values with other contents.
        // (A genesis document is bound to a hash: there is only the one.)
        if (Inputs >= InputsDefault && it.Bytes.Length > 40 && name != "GenesisMessage.Document") Assert.NotEqual(0, accepted);
    }

    private static WireCase Find(string name) => WireCases.All.Single(it => it.Name == name);
}
