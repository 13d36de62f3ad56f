using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Network;

/// <summary>
/// What one class of frames may take of one connection. Outbound: how much may wait. Inbound: how many frames come per
/// second. An inbound burst is at least twice the outbound queue and four seconds of the rate: an honest sender whose link
/// stood still must be able to empty its queue without being taken for a flood.
/// </summary>
public sealed record ClassBudget
{
    /// <summary>Frames that may wait to be sent.</summary>
    public required int QueueFramesMax { get; init; }

    /// <summary>Bytes that may wait to be sent; never less than one frame of the greatest size.</summary>
    public required long QueueBytesMax { get; init; }

    /// <summary>Frames per second, on average, above which the sender is cut off.</summary>
    public required int InboundFramesPerSecond { get; init; }

    /// <summary>Frames that may come at once.</summary>
    public required int InboundFramesBurst { get; init; }

    /// <summary>Bytes per second, on average, above which reading pauses: TCP then slows the sender, nobody is cut off.</summary>
    public required long InboundBytesPerSecond { get; init; }

    public static ClassBudget Default(FrameClass frameClass) => frameClass switch
    {
        // Votes and certificates: small, many, never to be late.
        FrameClass.Consensus => Of(4096, 8L << 20, 4000),

        // Blocks and chunks that were asked for.
        FrameClass.Sync => Of(512, 8L << 20, 2000),
        FrameClass.Transactions => Of(4096, 4L << 20, 4000),
        FrameClass.Membership => Of(1024, 4L << 20, 1000),

        // Inputs, outputs, logs: a few large frames, paced by whoever asked for them.
        FrameClass.Bulk => Of(256, 8L << 20, 2000),
    };

    private static ClassBudget Of(int frames, long bytes, int framesPerSecond) => new()
    {
        QueueFramesMax = frames,
        QueueBytesMax = bytes,
        InboundFramesPerSecond = framesPerSecond,
        InboundFramesBurst = 4 * framesPerSecond,
        InboundBytesPerSecond = 64L << 20,
    };
}
