using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Runtime.Consensus;

/// <summary>A finalized block as it lies in the block store; the certificate is null where a descendant's finalized it.</summary>
internal sealed record StoredBlock(Block Block, Certificate? Finalization)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.StoredBlock, 2);
        Block.Write(writer);
        if (Finalization is null) writer.Null();
        else Finalization.Write(writer);
        return writer.End().ToArray();
    }

    /// <summary>Our own disk, checked row by row below us: what does not decode is a broken invariant.</summary>
    public static StoredBlock Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.StoredBlock, 2);
        StoredBlock stored = new(Block.Read(reader), reader.TryNull() ? null : Certificate.Read(reader));
        reader.End();
        Invariant.Holds(reader.Succeeded);
        return stored;
    }
}
