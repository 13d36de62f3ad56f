using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Transactions;

/// <summary>
/// What an owner offers for a job. The specification itself stays between owner and provider; here stand its salted
/// commitment and what a provider must know to bid.
/// </summary>
public sealed record OrderTerms
{
    /// <summary>Salted commitment to the encoded job specification.</summary>
    public required Hash256 SpecCommitment { get; init; }

    public required Amount PricePerSecondMax { get; init; }

    /// <summary>The most seconds that will be charged; deposit = price cap x this.</summary>
    public required uint SecondsMax { get; init; }

    /// <summary>From the lease's opening to Ready.</summary>
    public required Duration ReadyWithin { get; init; }

    /// <summary>From acceptance to the end of waiting for a lease, all attempts together.</summary>
    public required Duration ExpiresAfter { get; init; }

    public required ulong FuelMax { get; init; }

    public required uint MemoryPagesMax { get; init; }

    /// <summary>Program and inputs together, bytes.</summary>
    public required ulong InputBytes { get; init; }

    public required ulong OutputBytesMax { get; init; }

    /// <summary>A provider's region must equal it; empty for anywhere.</summary>
    public required string Region { get; init; }

    public void Write(WireWriter writer) => writer.Array(10)
        .Hash(SpecCommitment).Amount(PricePerSecondMax).UInt64(SecondsMax).Duration(ReadyWithin).Duration(ExpiresAfter)
        .UInt64(FuelMax).UInt64(MemoryPagesMax).UInt64(InputBytes).UInt64(OutputBytesMax).Text(Region).End();

    public static OrderTerms Read(WireReader reader)
    {
        if (reader.Array(10) != 10) reader.Fail();
        OrderTerms terms = new()
        {
            SpecCommitment = reader.Hash(),
            PricePerSecondMax = reader.Amount(),
            SecondsMax = reader.UInt32(),
            ReadyWithin = reader.Duration(),
            ExpiresAfter = reader.Duration(),
            FuelMax = reader.UInt64(),
            MemoryPagesMax = reader.UInt32(),
            InputBytes = reader.UInt64(),
            OutputBytesMax = reader.UInt64(),
            Region = reader.Text(),
        };
        reader.End();
        return terms;
    }
}
