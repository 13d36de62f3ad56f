using System;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Primitives;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Runtime.Tests.Provenance;

/// <summary>What stands between a peer and its network and changes what it says about rounds; null says nothing.</summary>
internal sealed class Liar(
    INetwork inner, Func<ProvenanceMessage, PeerId, ProvenanceMessage?> says) : INetwork
{
    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frameClass != FrameClass.Membership || !ProvenanceMessage.IsOne(frame)) return inner.Send(to, frameClass, frame);
        return says(ProvenanceMessage.Decode(frame)!, to) is { } said ? inner.Send(to, frameClass, said.Encode()) : SendVerdict.Accepted;
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);
}
