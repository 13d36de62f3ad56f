using System.Collections.Immutable;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// The document a chain begins with. Its hash is the chain's id and everybody's trust anchor; the nonce makes two
/// chains with equal contents different.
/// </summary>
public sealed record Genesis
{
    public required string Name { get; init; }

    /// <summary>A development chain has a faucet.</summary>
    public required bool IsDevelopment { get; init; }

    public required Hash256 Nonce { get; init; }

    public required Instant Time { get; init; }

    public required ChainParameters Parameters { get; init; }

    /// <summary>In the order of their indices.</summary>
    public required ImmutableArray<GenesisValidator> Validators { get; init; }

    /// <summary>In strictly increasing order of accounts.</summary>
    public required ImmutableArray<GenesisAllocation> Allocations { get; init; }

    public ChainId ChainId => new(Hasher.Tagged(HashDomain.Genesis, Encode()));

    /// <summary>The set of the first epoch.</summary>
    public ValidatorSet ValidatorSet => new(new Epoch(0), [.. System.Linq.Enumerable.Select(Validators, static it => (ValidatorMember)it)]);

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.Genesis, 7).Text(Name).Bool(IsDevelopment).Hash(Nonce).Instant(Time);
        Parameters.Write(writer);
        writer.Array(Validators.Length);
        foreach (GenesisValidator validator in Validators)
        {
            writer.Array(3).Bytes(validator.Key.AsSpan()).UInt64(validator.Weight).OptionalHash(validator.Anchor).End();
        }

        writer.End().Array(Allocations.Length);
        foreach (GenesisAllocation allocation in Allocations)
        {
            writer.Array(3).Hash(allocation.Account.Hash).Amount(allocation.Balance).Amount(allocation.Bond).End();
        }

        return writer.End().End().ToArray();
    }

    public static bool TryDecode(System.ReadOnlyMemory<byte> bytes, out Genesis? genesis)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.Genesis, 7);
        genesis = new Genesis
        {
            Name = reader.Text(),
            IsDevelopment = reader.Bool(),
            Nonce = reader.Hash(),
            Time = reader.Instant(),
            Parameters = ChainParameters.Read(reader),
            Validators = reader.List(Limits.ValidatorsMax, ReadValidator),
            Allocations = reader.List(Limits.GenesisAllocationsMax, ReadAllocation),
        };
        reader.End();
        if (!reader.Succeeded || !genesis.IsWellFormed()) genesis = null;
        return genesis is not null;
    }

    private bool IsWellFormed()
    {
        if (Validators.IsEmpty) return false;
        if (Validators.Length > Parameters.ValidatorsMax) return false;
        if (Parameters.FaucetAmount != Amount.Zero && !IsDevelopment) return false;
        for (int i = 1; i < Allocations.Length; i++)
        {
            if (Allocations[i - 1].Account.CompareTo(Allocations[i].Account) >= 0) return false;
        }

        for (int i = 0; i < Validators.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (Validators[i].Key == Validators[j].Key) return false;
            }
        }

        Amount minted = Amount.Zero;
        foreach (GenesisAllocation allocation in Allocations)
        {
            if (!Amount.TryAdd(minted, allocation.Balance, out minted)) return false;
            if (!Amount.TryAdd(minted, allocation.Bond, out minted)) return false;
        }

        return minted <= SupplyMax;
    }

    // 2^100 base units: sums of amounts stay far from the end of 128 bits.
    private static Amount SupplyMax => new(System.UInt128.One << 100);

    private static GenesisValidator ReadValidator(WireReader reader)
    {
        reader.Array(3);
        GenesisValidator validator = new(PublicKey.Read(reader), reader.UInt64(), reader.OptionalHash());
        reader.End();
        if (validator.Weight is 0 or > ValidatorSet.WeightMax) reader.Fail();
        return validator;
    }

    private static GenesisAllocation ReadAllocation(WireReader reader)
    {
        reader.Array(3);
        GenesisAllocation allocation = new(new AccountId(reader.Hash()), reader.Amount(), reader.Amount());
        reader.End();
        return allocation;
    }
}

/// <summary>A validator of the first epoch and its weight in votes.</summary>
/// <param name="Anchor">Of the chain of reveals behind the key; a validator without one adds nothing to the beacon.</param>
public readonly record struct GenesisValidator(PublicKey Key, ulong Weight, Hash256? Anchor = null);

/// <summary>What an account holds at height 0.</summary>
public readonly record struct GenesisAllocation(AccountId Account, Amount Balance, Amount Bond);
