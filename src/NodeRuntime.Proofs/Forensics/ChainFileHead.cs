using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>
/// What a chain file begins with: the genesis, whose hash is the chain's id and from which its validators are known. Links follow, lowest
/// first. In a file each record has its length before it: four bytes, most significant first.
/// </summary>
public sealed record ChainFileHead(Genesis Genesis)
{
    public byte[] Encode() => new WireWriter().Record(WireType.ChainFile, 1).Bytes(Genesis.Encode()).End().ToArray();

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ChainFileHead? head)
    {
        head = null;
        WireReader reader = new(bytes);
        reader.Record(WireType.ChainFile, 1);
        byte[] document = reader.Bytes(Limits.GenesisBytesMax);
        reader.End();
        if (reader.Succeeded && Genesis.TryDecode(document, out Genesis? genesis)) head = new ChainFileHead(genesis!);
        return head is not null;
    }
}
