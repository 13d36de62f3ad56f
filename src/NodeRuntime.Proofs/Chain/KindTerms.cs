using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Proofs.Chain;

/// <summary>What one kind of capacity takes and earns. Amounts in base units.</summary>
/// <param name="CollateralPerUnit">Bonded for each unit that is committed.</param>
/// <param name="PoolPerPeriod">Minted in one period for all units together, at most, before the first halving.</param>
/// <param name="CapPerUnit">Minted for one unit in one period, at most: few providers do not share what is meant for many.</param>
public sealed record KindTerms(Amount CollateralPerUnit, Amount PoolPerPeriod, Amount CapPerUnit)
{
    /// <summary>2^80 base units: products with units and periods stay far from the end of 128 bits.</summary>
    public static Amount AmountMax => new(UInt128.One << 80);

    /// <summary>Something stands behind a unit, and no number is too large to reckon with.</summary>
    public bool IsBounded => CollateralPerUnit > Amount.Zero && CollateralPerUnit <= AmountMax && PoolPerPeriod <= AmountMax && CapPerUnit <= AmountMax;

    public void Write(WireWriter writer) => writer.Array(3).Amount(CollateralPerUnit).Amount(PoolPerPeriod).Amount(CapPerUnit).End();

    public static KindTerms Read(WireReader reader)
    {
        if (reader.Array(3) != 3) reader.Fail();
        KindTerms terms = new(reader.Amount(), reader.Amount(), reader.Amount());
        reader.End();
        return terms;
    }
}
