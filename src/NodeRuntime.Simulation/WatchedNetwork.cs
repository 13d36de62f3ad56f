using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;

namespace NodeRuntime.Simulation;

/// <summary>Shows the oracle every consensus frame that leaves a peer.</summary>
internal sealed class WatchedNetwork(INetwork inner, int peer, ValidatorIndex? self, Oracle oracle) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        SendVerdict verdict = inner.Send(to, frameClass, frame);
        if (verdict == SendVerdict.Accepted && frameClass == FrameClass.Consensus) oracle.Sent(peer, self, frame);
        return verdict;
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);
}
