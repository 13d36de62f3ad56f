using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>
/// A peer that announces floods of transactions that do not exist, and gives nobody a body that does: whoever waits for it waits in
/// vain, and its inventions fill what others remember of it.
/// </summary>
internal sealed class BodyWithholder(INetwork inner, Prng prng) : INetwork
{
    // For each frame of gossip that it owes anybody, so many frames of lies.
    private const int LiesPerFrame = 4;

    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frameClass == FrameClass.Membership)
        {
            for (int i = 0; i < LiesPerFrame; i++) inner.Send(to, FrameClass.Transactions, Lie());
        }

        // An announcement of its own is as good as a lie: what stands behind it never leaves.
        bool isBody = frameClass == FrameClass.Transactions && IsOfType(frame, WireType.TransactionBodies);
        return isBody ? SendVerdict.Accepted : inner.Send(to, frameClass, frame);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);

    private byte[] Lie()
    {
        WireWriter writer = new();
        writer.Record(WireType.TransactionAnnounce, 1).Array(Limits.TransactionIdsPerMessageMax);
        byte[] id = new byte[Hash256.ByteCount];
        for (int i = 0; i < Limits.TransactionIdsPerMessageMax; i++)
        {
            prng.Fill(id);
            writer.Bytes(id);
        }

        return writer.End().End().ToArray();
    }

    private static bool IsOfType(ReadOnlyMemory<byte> frame, WireType type) => WireReader.TypeOf(frame, itemsMax: 16) == type;
}
