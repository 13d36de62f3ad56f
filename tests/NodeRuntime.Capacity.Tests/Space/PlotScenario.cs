using System;
using System.Collections.Generic;
using NodeRuntime.Capacity.Space;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Tests.Space;

/// <summary>A plot of a few small units in memory.</summary>
internal sealed class PlotScenario
{
    private readonly List<byte[]> _units = [];

    public PlotScenario(uint units, int scanPerMille = 1000)
    {
        Parameters = SpaceParameters.Development with { RowMemory = 8, ScanPerMille = scanPerMille };
        Identity = Commitment.IdentityOn(Chain);
        Argon2 = SystemArgon2.Open().Create();
        for (uint unit = 0; unit < units; unit++)
        {
            byte[] bytes = new byte[Parameters.UnitByteCount];
            for (uint row = 0; row < Parameters.UnitRows; row++)
            {
                Span<byte> output = bytes.AsSpan((int)row * SpaceParameters.RowByteCount, SpaceParameters.RowByteCount);
                Identity.MakeRow(Parameters, Argon2, ((ulong)unit * Parameters.UnitRows) + row, output);
            }

            _units.Add(bytes);
        }
    }

    public static ChainId Chain { get; } = new(Hasher.Sha256("chain"u8));

    public static SpaceCommitment Commitment { get; } =
        new(new PublicKey(KeyAlgorithm.P256, [3, .. Hasher.Sha256("key"u8).AsSpan()]), Hasher.Sha256("block"u8), SpaceCommitment.ParameterSetFirst, 4);

    public SpaceParameters Parameters { get; }

    public PlotIdentity Identity { get; }

    public IArgon2id Argon2 { get; }

    public byte[] Unit(uint unit) => _units[(int)unit];

    public SpaceChallenge Challenge(byte beacon) => new(Parameters, Hasher.Sha256([beacon]), Identity, (uint)_units.Count);

    public SpaceProof? Prove(SpaceChallenge challenge)
    {
        SpaceScan scan = new(challenge);
        for (uint place = 0; place < challenge.ScannedUnits; place++) scan.Append(Unit(challenge.UnitAt(place)));
        return scan.Proof;
    }

    public void Swap(int one, int other) => (_units[one], _units[other]) = (_units[other], _units[one]);
}
