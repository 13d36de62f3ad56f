using System;
using System.Text;
using System.Threading;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;
using Xunit.Abstractions;

namespace NodeRuntime.Crypto.Tests.Work;

public sealed class WorkHashTests(ITestOutputHelper output)
{
    // The RandomX project's own test vectors.
    private static readonly (string Key, string Input, string Hash)[] Vectors =
    [
        ("test key 000", "This is a test", "639183aae1bf4c9a35884cb46b09cad9175f04efd7684e7262a0ac1c2f0b4e3f"),
        ("test key 000", "Lorem ipsum dolor sit amet", "300a0adb47603dedb42228ccb2b211104f4da45af709cd7547cd049e9489c969"),
        (
            "test key 000", "sed do eiusmod tempor incididunt ut labore et dolore magna aliqua",
            "c36d4ed4191e617309867ed66a443be4075014e2b061bcdaf9ce7b721d2b77a8"),
        (
            "test key 001", "sed do eiusmod tempor incididunt ut labore et dolore magna aliqua",
            "e9ff4503201c0c2cca26d285c93ae883f9b1d30c9eb240b820756f2d5a7905fc"),
    ];

    [RandomXFact]
    public void The_published_hashes_of_RandomX_are_found_in_light_mode()
    {
        Assert.True(RandomXLibrary.TryLoad(out RandomXLibrary? library), "librandomx is not on this machine");
        foreach (string key in (string[])["test key 000", "test key 001"])
        {
            RandomXMemory? memory = RandomXMemory.TryOpen(library!, Encoding.ASCII.GetBytes(key), WorkMode.Light);
            Assert.NotNull(memory);
            using IWorkHash hash = memory.CreateHash();
            // A machine holds what it reads.
            memory.Dispose();
            Assert.Equal(0UL, memory.PartCount);
            foreach ((_, string input, string expected) in Array.FindAll(Vectors, vector => vector.Key == key))
            {
                Assert.Equal(expected, hash.Hash(Encoding.ASCII.GetBytes(input)).ToString());
            }
        }
    }

    [RandomXDatasetFact]
    public void With_its_dataset_RandomX_gives_the_published_hashes_and_those_of_light_mode()
    {
        const int Inputs = 200;
        Assert.True(RandomXLibrary.TryLoad(out RandomXLibrary? library), "librandomx is not on this machine");
        byte[] key = Encoding.ASCII.GetBytes("test key 000");
        using RandomXMemory? full = RandomXMemory.TryOpen(library!, key, WorkMode.Full);
        Assert.True(full is not null, "there is no memory for a dataset");
        long started = TimeProvider.System.GetTimestamp();
        ulong half = full.PartCount / 2;
        Thread other = new(() => full.Fill(half, full.PartCount - half));
        other.Start();
        full.Fill(0, half);
        other.Join();
        output.WriteLine($"filled by two threads in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s");
        using IWorkHash hash = full.CreateHash();
        foreach ((_, string input, string expected) in Array.FindAll(Vectors, static vector => vector.Key == "test key 000"))
        {
            Assert.Equal(expected, hash.Hash(Encoding.ASCII.GetBytes(input)).ToString());
        }

        using RandomXMemory light = RandomXMemory.TryOpen(library!, key, WorkMode.Light)!;
        using IWorkHash slow = light.CreateHash();
        Prng prng = new(1);
        byte[] random = new byte[40];
        Hash256[] fast = new Hash256[Inputs];
        started = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < Inputs; i++) fast[i] = hash.Hash(Next());
        output.WriteLine($"{Inputs} hashes with the dataset in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F2} s");
        prng = new Prng(1);
        started = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < Inputs; i++) Assert.Equal(slow.Hash(Next()), fast[i]);
        output.WriteLine($"and in light mode in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F2} s");

        byte[] Next()
        {
            prng.Fill(random);
            return random;
        }
    }

    [Fact]
    public void AesRoMix_by_the_processor_equals_the_standards_rounds()
    {
        AesRoMix function = new();
        Hash256 key = Hasher.Sha256("key"u8);
        Hash256 expected = function.Hash(key, "input"u8, isAccelerated: false);
        Assert.Equal(expected, function.Hash(key, "input"u8));
        // Found by a second implementation, written from the docstring alone in another language.
        Assert.Equal("6d47eb60d5dd7d2593db5bb5ba1330cbf3249871e813242a1ea0b7074e1d71f1", expected.ToString());
    }

    [Fact]
    public void AesRoMix_depends_on_key_and_input_and_on_nothing_before()
    {
        using IWorkMemory memory = SystemWorkHashes.Open().Open(WorkKind.AesRoMix, Hasher.Sha256("key"u8), WorkMode.Full)!;
        using IWorkHash hash = memory.CreateHash();
        Hash256 first = hash.Hash([1]);
        Assert.NotEqual(first, hash.Hash([2]));
        Assert.Equal(first, hash.Hash([1]));
        using IWorkMemory other = SystemWorkHashes.Open().Open(WorkKind.AesRoMix, Hasher.Sha256("other"u8), WorkMode.Full)!;
        using IWorkHash otherHash = other.CreateHash();
        Assert.NotEqual(first, otherHash.Hash([1]));
    }

    [RandomXFact]
    public void A_machine_with_the_library_proves_with_RandomX_and_can_check_both_kinds()
    {
        SystemWorkHashes hashes = SystemWorkHashes.Open();
        Assert.Equal(WorkKind.RandomX, hashes.Best);
        Assert.Null(hashes.Hint);
        using IWorkMemory? memory = hashes.Open(WorkKind.AesRoMix, Hasher.Sha256("key"u8), WorkMode.Light);
        Assert.Equal(WorkKind.AesRoMix, memory!.Kind);
    }
}
