using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>What is said of a registration of space, in the order of the checks.</summary>
public enum SpaceCommitmentVerdict
{
    Accepted,

    /// <summary>The key is not that of the peer who registers.</summary>
    WrongOwner,

    /// <summary>Nobody knows these parameters.</summary>
    ParameterSetUnknown,

    /// <summary>Not the block that the ledger has there: rows could have been made before, or for another chain.</summary>
    RegistrationUnknown,
    UnitsOutOfRange,
}

/// <summary>Units that a peer says it keeps. Whoever carries it to the ledger signs it, and bonds for it there.</summary>
/// <param name="Registration">Hash of the final block that the rows are bound to.</param>
public sealed record SpaceCommitment(PublicKey NodeKey, Hash256 Registration, uint ParameterSet, uint Units)
{
    /// <summary>The number of the only set there is.</summary>
    public const uint ParameterSetFirst = 1;

    public PlotIdentity IdentityOn(ChainId chain) => PlotIdentity.Of(chain, NodeKey, Registration, ParameterSet);

    /// <param name="registration">The block's hash as the ledger has it.</param>
    public SpaceCommitmentVerdict Check(SpaceParameters parameters, PeerId owner, Hash256 registration)
    {
        if (NodeKey.ToPeerId() != owner) return SpaceCommitmentVerdict.WrongOwner;
        if (ParameterSet != ParameterSetFirst) return SpaceCommitmentVerdict.ParameterSetUnknown;
        if (Registration != registration || registration.IsZero) return SpaceCommitmentVerdict.RegistrationUnknown;
        return Units < 1 || Units > parameters.UnitsMax ? SpaceCommitmentVerdict.UnitsOutOfRange : SpaceCommitmentVerdict.Accepted;
    }

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer) => writer.Record(WireType.SpaceCommitment, 4)
        .Bytes(NodeKey.AsSpan()).Hash(Registration).UInt64(ParameterSet).UInt64(Units).End();

    public static SpaceCommitment Read(WireReader reader)
    {
        reader.Record(WireType.SpaceCommitment, 4);
        SpaceCommitment commitment = new(PublicKey.Read(reader), reader.Hash(), reader.UInt32(), reader.UInt32());
        reader.End();
        return commitment;
    }

    public static SpaceCommitment? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        SpaceCommitment commitment = Read(reader);
        return reader.Succeeded ? commitment : null;
    }
}
