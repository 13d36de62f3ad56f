using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What a chain's genesis fixes about its randomness. Why it is made this way: docs/adr/0016-beacon.md.</summary>
public sealed record BeaconParameters
{
    public const uint RevealsFewest = 16;

    /// <summary>A third of a second to make, and to check where somebody shows the last one first.</summary>
    public const uint RevealsMost = 1 << 20;

    /// <summary>Reveals in one chain, and so the views that one key can lead before it has none left: 16 to 2^20.</summary>
    public required uint RevealsMax { get; init; }

    /// <summary>
    /// Burned of the bond behind a leader's key for each of its views that was skipped: at least 1 unit, at most the least bond
    /// of a validator.
    /// </summary>
    public required Amount MissedPenalty { get; init; }

    /// <summary>About a month of a chain of four that stands idle. The penalty is a transaction's fee.</summary>
    public static BeaconParameters Development { get; } = new() { RevealsMax = 1 << 18, MissedPenalty = new Amount(1_000) };

    public void Write(WireWriter writer) => writer.Array(2).UInt64(RevealsMax).Amount(MissedPenalty).End();

    public static BeaconParameters Read(WireReader reader)
    {
        if (reader.Array(2) != 2) reader.Fail();
        BeaconParameters parameters = new() { RevealsMax = reader.UInt32(), MissedPenalty = reader.Amount() };
        reader.End();
        if (parameters.RevealsMax is < RevealsFewest or > RevealsMost || parameters.MissedPenalty == Amount.Zero) reader.Fail();
        return parameters;
    }
}
