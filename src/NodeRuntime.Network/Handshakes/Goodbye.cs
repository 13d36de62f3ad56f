using System;
using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Network.Handshakes;

/// <summary>The last frame: one byte, the number of the <see cref="DisconnectReason"/>; a test holds the numbers fixed.</summary>
internal static class Goodbye
{
    public static byte[] Encode(DisconnectReason reason) => [(byte)reason];

    /// <summary>A reason that we do not know is a malformed frame.</summary>
    public static DisconnectReason Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 1) return DisconnectReason.FrameMalformed;
        DisconnectReason reason = (DisconnectReason)payload[0];
        return Enum.IsDefined(reason) ? reason : DisconnectReason.FrameMalformed;
    }
}
