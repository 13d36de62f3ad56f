using System;
using System.Collections.Generic;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Consensus;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Runtime.Proposals;

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
        if (frameClass != FrameClass.Consensus) return inner.Send(to, frameClass, frame);
        (Block Block, Vote Vote)? proposal = ConsensusMessage.Decode(frame) is ConsensusMessage.Propose whole
            ? (whole.Block, whole.LeaderVote)
            : CompactMessage.Decode(frame) is CompactMessage.Proposal compact ? (compact.Skeleton, compact.LeaderVote) : null;
        if (proposal is not { } own) return inner.Send(to, frameClass, frame);
        View view = own.Block.Header.View;
        if (!_told.TryGetValue(view, out Told? told))
        {
            told = new Told(Contradict(own.Block, own.Vote));
            _told.Add(view, told);
        }

        bool hearsTheOther = told.Count++ % 2 == 1;
        return inner.Send(to, frameClass, hearsTheOther ? told.Other : frame);
    }

    public void Disconnect(PeerId to, DisconnectReason reason) => inner.Disconnect(to, reason);

    // A millisecond later is another block, and as good. Of a short proposal the body is not here: its twin promises one that nobody has.
    private byte[] Contradict(Block block, Vote vote)
    {
        BlockHeader header = block.Header with { Time = block.Header.Time + Duration.FromMilliseconds(1) };
        Hash256 digest = header.Digest;
        Vote other = new(vote.Slot, digest, vote.Voter, signer.Sign(vote.Slot.SigningDigest(chain, digest)));
        return new ConsensusMessage.Propose(block with { Header = header }, other).Encode();
    }

    private sealed class Told(byte[] other)
    {
        public byte[] Other { get; } = other;

        public int Count { get; set; }
    }
}
