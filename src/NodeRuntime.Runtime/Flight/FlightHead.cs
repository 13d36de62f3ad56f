using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;

namespace NodeRuntime.Runtime.Flight;

/// <summary>A segment's first frame: whose recording it is, and which program can read it.</summary>
/// <param name="Version">The program's, for a person.</param>
/// <param name="Schema">Hash of the names and types of all that the machine holds, hears and asks.</param>
/// <param name="Build">Hash of the build of the machine's code.</param>
public sealed record FlightHead(string Machine, ChainId Chain, PublicKey Key, string Version, Hash256 Schema, Hash256 Build, Instant At)
{
    public const ulong FormatVersion = 1;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.FlightHead, 8).UInt64(FormatVersion).Text(Machine).Hash(Chain.Hash).Bytes(Key.AsSpan()).Text(Version);
        return writer.Hash(Schema).Hash(Build).Int64(At.Microseconds).End().ToArray();
    }

    /// <summary>Null for what is no head; one of a later format has only its format's number, and nothing else of it is read.</summary>
    public static (FlightHead? Head, ulong Format) Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        reader.Record(WireType.FlightHead, 8);
        ulong format = reader.UInt64();
        if (!reader.Failed && format != FormatVersion) return (null, format);
        FlightHead head = new(
            reader.Text(32), new ChainId(reader.Hash()), PublicKey.Read(reader), reader.Text(64), reader.Hash(), reader.Hash(),
            new Instant(reader.Int64()));
        reader.End();
        return reader.Succeeded ? (head, format) : (null, 0);
    }
}
