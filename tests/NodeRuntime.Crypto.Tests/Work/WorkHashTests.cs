using System;
using System.Text;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Primitives;

namespace NodeRuntime.Crypto.Tests.Work;

public sealed class WorkHashTests
{
    // The RandomX project's own test vectors.
    [RandomXFact]
    public void The_published_hashes_of_RandomX_are_found_in_light_mode()
    {
        Assert.True(RandomXLibrary.TryLoad(out RandomXLibrary? library), "librandomx is not on this machine");
        (string Key, string Input, string Hash)[] vectors =
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
        foreach (string key in (string[])["test key 000", "test key 001"])
        {
            RandomXMemory? memory = RandomXMemory.TryOpen(library!, Encoding.ASCII.GetBytes(key), WorkMode.Light);
            Assert.NotNull(memory);
            using IWorkHash hash = memory.CreateHash();
            // A machine holds what it reads.
            memory.Dispose();
            Assert.Equal(0UL, memory.PartCount);
            foreach ((_, string input, string expected) in Array.FindAll(vectors, vector => vector.Key == key))
            {
                Assert.Equal(expected, hash.Hash(Encoding.ASCII.GetBytes(input)).ToString());
            }
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
