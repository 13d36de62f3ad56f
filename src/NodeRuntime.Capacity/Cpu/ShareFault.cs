using System;
using NodeRuntime.Primitives;

namespace NodeRuntime.Capacity.Cpu;

/// <summary>
/// A share that a peer committed to and that is none: whoever holds it needs nobody's word. The way to the root shows that the peer put it there; one hash
/// shows that it misses the target.
/// </summary>
public sealed record ShareFault(ShareCommitment Commitment, ShareProof Share)
{
    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        writer.Record(WireType.ShareFault, 2);
        Commitment.Write(writer);
        Share.Write(writer);
        writer.End();
    }

    public static ShareFault Read(WireReader reader)
    {
        reader.Record(WireType.ShareFault, 2);
        ShareFault fault = new(ShareCommitment.Read(reader), ShareProof.Read(reader));
        reader.End();
        return fault;
    }

    public static ShareFault? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        ShareFault fault = Read(reader);
        return reader.Succeeded ? fault : null;
    }
}
