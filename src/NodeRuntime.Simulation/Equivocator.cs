using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Simulation;

/// <summary>
/// A leader that tells two stories: when a proposal of its own leaves, every second peer gets another one for the same
/// view instead, well formed and properly signed. Its own node knows nothing of it.
/// </summary>
internal sealed class Equivocator(INetwork inner, ISigner signer, ChainId chain) : INetwork
{
    private readonly SortedDictionary<View, Told> _told = [];

    public void Start(Action<NetworkEvent> sink) => inner.Start(sink);

    public void Dial(string address) => inner.Dial(address);

    public SendVerdict Send(PeerId to, FrameClass frameClass, ReadOnlyMemory<byte> frame)
    {
        if (frameClass != FrameClass.Consensus || ConsensusMessage.Decode(frame) is not ConsensusMessage.Propose proposal)
        {
            return inner.Send(to, frameClass, frame);
        }

        View view = proposal.Block.Header.View;
        if (!_told.TryGetValue(view, out Told? told))
        {
            told = new Told(Contradict(proposal));
            _told.Add(view, told);
        }

        bool hearsTheOther = told.Count++ % 2 == 1;
        return inner.Send(to, frameClass, hearsTheOther ? told.Other : frame);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);

    // A millisecond later is another block, and as good.
    private byte[] Contradict(ConsensusMessage.Propose proposal)
    {
        BlockHeader header = proposal.Block.Header with { Time = proposal.Block.Header.Time + Duration.FromMilliseconds(1) };
        Hash256 digest = header.Digest;
        VoteSlot slot = proposal.LeaderVote.Slot;
        Vote vote = new(slot, digest, proposal.LeaderVote.Voter, signer.Sign(slot.SigningDigest(chain, digest)));
        return new ConsensusMessage.Propose(proposal.Block with { Header = header }, vote).Encode();
    }

    private sealed class Told(byte[] other)
    {
        public byte[] Other { get; } = other;

        public int Count { get; set; }
    }
}
