using System;
using System.Collections.Immutable;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Simulation;

/// <summary>
/// A peer that offers snapshots of heights at which nobody took one, just below the tip and far above it, and shows a manifest for
/// whichever is asked for.
/// </summary>
internal sealed class HeightLiar(INetwork inner) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        SyncMessage? message = frameClass == FrameClass.Sync ? SyncMessage.Decode(frame) : null;
        byte[]? lie = message switch
        {
            SyncMessage.Offers m => new SyncMessage.Offers([HeightAbove(m.Heights), new Height(1UL << 60)]).Encode(),
            SyncMessage.Gone m => new SyncMessage.Manifest(m.Height, new StateManifest([StateManifest.Chunk], [Hash256.Zero])).Encode(),
            _ => null,
        };
        return inner.Send(to, frameClass, lie ?? frame);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);

    private static Height HeightAbove(ImmutableArray<Height> heights) => heights.IsEmpty ? new Height(1) : heights[0].Next;
}
