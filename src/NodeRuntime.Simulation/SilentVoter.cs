using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Proposals;

namespace NodeRuntime.Simulation;

/// <summary>A validator whose votes and proposals never leave its house. It hears everything and helps others to catch up.</summary>
internal sealed class SilentVoter(INetwork inner) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        bool isHeldBack = frameClass == FrameClass.Consensus
            && (ConsensusMessage.Decode(frame) is ConsensusMessage.Voted or ConsensusMessage.Propose
                || CompactMessage.Decode(frame) is CompactMessage.Proposal);
        return isHeldBack ? SendVerdict.Accepted : inner.Send(to, frameClass, frame);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);
}
