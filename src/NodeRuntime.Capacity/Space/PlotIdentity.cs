using System;
using System.Buffers.Binary;
using NodeRuntime.Crypto;
using NodeRuntime.Crypto.MemoryHard;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Space;

/// <summary>What all rows of a peer are made of: its key, its chain, a block that nobody knew before, and the parameters' number.</summary>
public readonly record struct PlotIdentity(Hash256 Hash)
{
    // 16 bytes; a change of the row function is another word here.
    private static ReadOnlySpan<byte> Salt => "pos-row-v1......"u8;

    /// <param name="registration">Hash of a final block at the registration.</param>
    public static PlotIdentity Of(ChainId chain, PublicKey owner, Hash256 registration, uint parameterSet)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.ByteCount + Hash256.ByteCount + sizeof(uint)];
        owner.AsSpan().CopyTo(bytes);
        registration.AsSpan().CopyTo(bytes[PublicKey.ByteCount..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[(PublicKey.ByteCount + Hash256.ByteCount)..], parameterSet);
        return new PlotIdentity(Hasher.Tagged(HashDomain.PlotIdentity, chain.Hash.AsSpan(), bytes));
    }

    /// <summary>Row i: Argon2id of identity and LE64(i), one pass. Rows are numbered through all units.</summary>
    /// <param name="output">1,024 bytes.</param>
    public void MakeRow(SpaceParameters parameters, IArgon2id argon2, ulong row, Span<byte> output)
    {
        Invariant.Holds(output.Length == SpaceParameters.RowByteCount);
        Span<byte> password = stackalloc byte[Hash256.ByteCount + sizeof(ulong)];
        Hash.AsSpan().CopyTo(password);
        BinaryPrimitives.WriteUInt64LittleEndian(password[Hash256.ByteCount..], row);
        argon2.Derive(password, Salt, parameters.RowMemory, 1, output);
    }
}
