using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network.Handshakes;

/// <summary>
/// The first frame of each side, inside TLS: what the certificate cannot say. The dialler speaks first. The listen address
/// is a claim: it says where to call back, it proves nothing.
/// </summary>
internal sealed record Hello(uint Version, ChainId Chain, PeerRole Role, string ListenAddress)
{
    /// <summary>The one version spoken. A side that hears another answers VersionUnsupported and closes.</summary>
    public const uint CurrentVersion = 1;

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.Hello, 4).UInt64(Version).Hash(Chain.Hash).UInt64((byte)Role).Text(ListenAddress).End();
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out Hello? hello)
    {
        hello = null;
        WireReader reader = new(bytes);
        reader.Record(WireType.Hello, 4);
        Hello read = new(reader.UInt32(), new ChainId(reader.Hash()), (PeerRole)reader.Byte(), reader.Text(Limits.AddressCharactersMax));
        reader.End();
        if (read.Role is not (PeerRole.Peer or PeerRole.Client)) reader.Fail();
        if (read.ListenAddress.Length > 0 && !NetworkAddress.TryParse(read.ListenAddress, out _)) reader.Fail();
        if (!reader.Succeeded) return false;
        hello = read;
        return true;
    }
}
