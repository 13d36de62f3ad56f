using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>A peer that helps newcomers to a state of its own making: in every chunk that leaves it one byte is another.</summary>
internal sealed class SnapshotPoisoner(INetwork inner) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        bool isChunk = frameClass == FrameClass.Sync && SyncMessage.Decode(frame) is SyncMessage.Chunk;
        if (!isChunk) return inner.Send(to, frameClass, frame);
        byte[] poisoned = frame.ToArray();
        // Deep inside: an entry's value or key, never the frame's own form.
        poisoned[poisoned.Length / 2] ^= 1;
        return inner.Send(to, frameClass, poisoned);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);
}
