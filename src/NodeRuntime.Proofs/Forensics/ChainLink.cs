using System;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Proofs.Forensics;

/// <summary>
/// A finalized block without its body: what it says, why it may stand where it stands, and the certificate that finalized it; none where
/// a descendant's did. All that a fork's culprits are found from.
/// </summary>
public sealed record ChainLink(BlockHeader Header, Justification Justification, Certificate? Finalization)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ChainFileLink, 3);
        Header.Write(writer);
        Justification.Write(writer);
        if (Finalization is null) writer.Null();
        else Finalization.Write(writer);
        writer.End();
    }

    public static ChainLink Read(WireReader reader)
    {
        reader.Record(WireType.ChainFileLink, 3);
        ChainLink link = new(BlockHeader.Read(reader), Justification.Read(reader), reader.TryNull() ? null : Certificate.Read(reader));
        reader.End();
        return link;
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ChainLink? link)
    {
        WireReader reader = new(bytes);
        link = Read(reader);
        if (!reader.Succeeded) link = null;
        return link is not null;
    }
}
