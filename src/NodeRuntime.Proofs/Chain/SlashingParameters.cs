using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>
/// What a chain takes from a validator that contradicted itself, and where it goes. Shares are ten-thousandths. Why the
/// bounds and the defaults are these: docs/adr/0008-slashing.md.
/// </summary>
public sealed record SlashingParameters
{
    public const ushort EquivocationMin = 500;
    public const ushort EquivocationMax = 10_000;
    public const ushort HarmedMax = 5_000;
    public const ushort ReporterMax = 1_000;
    public const ulong EvidenceViewsMost = 1UL << 32;
    public const ushort JailEpochsMax = 10_000;

    /// <summary>Of the validator's bond, what it asked back included: 500 to 10,000.</summary>
    public required ushort EquivocationBasisPoints { get; init; }

    /// <summary>
    /// Of what is taken, at most this goes to the tenants of the validator's open leases, up to each one's deposit: 0 to 5,000. More
    /// would let a culprit lease from itself and slash itself into its other pocket.
    /// </summary>
    public required ushort HarmedBasisPoints { get; init; }

    /// <summary>Of what is taken, this goes to whoever puts the evidence into a block: 0 to 1,000. The rest is burned.</summary>
    public required ushort ReporterBasisPoints { get; init; }

    /// <summary>
    /// Evidence of a view that lies further back in the epoch in force is no evidence any more: 1 to 2^32 views. Of an epoch that is over it is for
    /// the chain's unbonding time.
    /// </summary>
    public required ulong EvidenceViewsMax { get; init; }

    /// <summary>
    /// For how long the account behind a punished key has no place with any key, in lengths of an epoch from the block that punished: 0 to 10,000,
    /// each <see cref="ChainParameters.EpochBlocks"/> blocks. The key itself never comes back.
    /// </summary>
    public required ushort JailEpochs { get; init; }

    /// <summary>Of a chain that began before there was any: its blocks hold no evidence and punish nobody.</summary>
    public static SlashingParameters None { get; } = new()
    {
        EquivocationBasisPoints = 0,
        HarmedBasisPoints = 0,
        ReporterBasisPoints = 0,
        EvidenceViewsMax = 0,
        JailEpochs = 0,
    };

    public static SlashingParameters Default { get; } = new()
    {
        EquivocationBasisPoints = 5_000,
        HarmedBasisPoints = 5_000,
        ReporterBasisPoints = 500,
        EvidenceViewsMax = 100_000,
        JailEpochs = 8,
    };

    /// <summary>Whether evidence of a view may still stand in a block of another, in the same epoch.</summary>
    public bool IsYoung(View evidence, View block) =>
        EvidenceViewsMax > 0 && (evidence >= block || block.Number - evidence.Number <= EvidenceViewsMax);

    public void Write(WireWriter writer) => writer.Array(5)
        .UInt64(EquivocationBasisPoints).UInt64(HarmedBasisPoints).UInt64(ReporterBasisPoints).UInt64(EvidenceViewsMax).UInt64(JailEpochs).End();

    public static SlashingParameters Read(WireReader reader)
    {
        if (reader.Array(5) != 5) reader.Fail();
        SlashingParameters parameters = new()
        {
            EquivocationBasisPoints = reader.UInt16(),
            HarmedBasisPoints = reader.UInt16(),
            ReporterBasisPoints = reader.UInt16(),
            EvidenceViewsMax = reader.UInt64(),
            JailEpochs = reader.UInt16(),
        };
        reader.End();
        if (parameters.EquivocationBasisPoints is < EquivocationMin or > EquivocationMax) reader.Fail();
        if (parameters.HarmedBasisPoints > HarmedMax || parameters.ReporterBasisPoints > ReporterMax) reader.Fail();
        if (parameters.EvidenceViewsMax is 0 or > EvidenceViewsMost) reader.Fail();
        if (parameters.JailEpochs > JailEpochsMax) reader.Fail();
        return parameters;
    }
}
