using System;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Host.Tests.Capacity;

public sealed class ChainWorkTests
{
    [Fact]
    public void A_chain_of_RandomX_needs_its_library_and_no_other_does()
    {
        CapacityTerms portable = CapacityTerms.Development;
        CapacityTerms full = portable with { Proofs = portable.Proofs with { Cpu = portable.Proofs.Cpu with { Kind = WorkKind.RandomX } } };
        Assert.Null(ChainWork.FindMissing(GenesisOf(null), PortableWorkHashes.Instance, "hint"));
        Assert.Null(ChainWork.FindMissing(GenesisOf(portable), PortableWorkHashes.Instance, "hint"));
        Assert.EndsWith("cannot compute; hint", ChainWork.FindMissing(GenesisOf(full), PortableWorkHashes.Instance, "hint"), StringComparison.Ordinal);
        Assert.Equal(("liveness", "full"), (portable.Grade, full.Grade));
    }

    [Fact]
    public void The_memory_of_a_key_is_made_once_and_given_up_for_a_third()
    {
        CountingWork counting = new();
        using ChainWork work = new(counting);
        Hash256[] keys = [Hasher.Sha256([1]), Hasher.Sha256([2]), Hasher.Sha256([3])];
        Hash256 First() => HashUnder(work, keys[0]);
        Hash256 first = First();
        _ = HashUnder(work, keys[1]);
        Assert.Equal(first, First());
        Assert.Equal(2, counting.Opened);
        _ = HashUnder(work, keys[2]);
        Assert.Equal(first, First());
        Assert.Equal(4, counting.Opened);
        Assert.Null(work.Open(WorkKind.RandomX, keys[0], WorkMode.Light));
    }

    private static Hash256 HashUnder(ChainWork work, Hash256 key)
    {
        using IWorkMemory memory = work.Open(WorkKind.AesRoMix, key, WorkMode.Light)!;
        using IWorkHash hash = memory.CreateHash();
        return hash.Hash([1, 2, 3]);
    }

    private static Genesis GenesisOf(CapacityTerms? terms) => new()
    {
        Name = "work",
        IsDevelopment = true,
        Nonce = default,
        Time = Instant.Epoch,
        Parameters = ChainParameters.Development with { Capacity = terms },
        Validators = [],
        Allocations = [],
    };

    private sealed class CountingWork : IWorkHashes
    {
        public int Opened { get; private set; }

        public WorkKind Best => WorkKind.AesRoMix;

        public IWorkMemory? Open(WorkKind kind, Hash256 key, WorkMode mode)
        {
            Opened++;
            return PortableWorkHashes.Instance.Open(kind, key, mode);
        }
    }
}
