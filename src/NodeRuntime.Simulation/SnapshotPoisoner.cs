using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;

namespace NodeRuntime.Simulation;

/// <summary>
/// A peer that helps newcomers to a state of its own making: in every chunk that leaves it one byte is another, and in every seal the set that
/// follows has one vote more.
/// </summary>
internal sealed class SnapshotPoisoner(INetwork inner) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        SyncMessage? message = frameClass == FrameClass.Sync ? SyncMessage.Decode(frame) : null;
        if (message is SyncMessage.Seals { Items.IsEmpty: false } seals) return inner.Send(to, frameClass, Poison(seals).Encode());
        if (message is not SyncMessage.Chunk) return inner.Send(to, frameClass, frame);
        byte[] poisoned = frame.ToArray();
        // Deep inside: an entry's value or key, never the frame's own form.
        poisoned[poisoned.Length / 2] ^= 1;
        return inner.Send(to, frameClass, poisoned);
    }

    private static SyncMessage.Seals Poison(SyncMessage.Seals seals)
    {
        Seal first = seals.Items[0];
        ValidatorMember heavier = first.Next.Members[0] with { Weight = first.Next.Members[0].Weight + 1 };
        ValidatorSet next = new(first.Next.Epoch, first.Next.Members.SetItem(0, heavier));
        return seals with { Items = seals.Items.SetItem(0, first with { Next = next }) };
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);
}
