using NodeRuntime.Actors.Ports;

namespace NodeRuntime.Network.Frames;

/// <summary>The byte after a frame's length: a class of the port, or a word between the two transports. Fixed for ever.</summary>
internal enum FrameKind : byte
{
    Consensus = 0,
    Sync = 1,
    Transactions = 2,
    Membership = 3,
    Bulk = 4,

    /// <summary>The first frame of each side.</summary>
    Hello = 0xF0,

    /// <summary>The last frame of a side that closes: one byte, the <see cref="DisconnectReason"/>.</summary>
    Goodbye = 0xF1,

    /// <summary>Empty: sent by whoever had nothing else to send. Silence means death, so no answer is needed.</summary>
    KeepAlive = 0xF2,
}

internal static class FrameKinds
{
    public const int ClassCount = 5;

    public static bool IsKnown(byte value) => value < ClassCount || value is >= (byte)FrameKind.Hello and <= (byte)FrameKind.KeepAlive;

    public static bool IsClass(this FrameKind kind) => (byte)kind < ClassCount;

    public static FrameKind ToKind(this FrameClass frameClass) => (FrameKind)(byte)frameClass;
}
