using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>Everything that peers say to each other about blocks, a closed family. Bytes are decoded once, at the edge.</summary>
public abstract record ConsensusMessage
{
    private ConsensusMessage()
    {
    }

    /// <summary>A leader's block; the vote is its own notarization, which makes it a proposal.</summary>
    public sealed record Propose(Block Block, Vote LeaderVote) : ConsensusMessage;

    public sealed record Voted(Vote Vote) : ConsensusMessage;

    public sealed record Certified(Certificate Certificate) : ConsensusMessage;

    /// <summary>I hold a certificate of this view: forty bytes instead of four thousand.</summary>
    public sealed record HaveCertificate(Epoch Epoch, View View) : ConsensusMessage;

    public sealed record WantCertificate(Epoch Epoch, View View) : ConsensusMessage;

    /// <summary>
    /// A seal that is notarized and not final yet is put to the vote again: nothing may be built on it in its epoch. The justification is
    /// that of a child, the leader's vote names the seal.
    /// </summary>
    public sealed record Reseal(Justification Justification, Vote LeaderVote) : ConsensusMessage;

    /// <summary>A member of the set that is due is ready.</summary>
    public sealed record Ready(Readiness Readiness) : ConsensusMessage;

    public sealed record WantBlock(Hash256 Digest) : ConsensusMessage;

    public sealed record BlockBody(Block Block) : ConsensusMessage;

    /// <summary>My youngest finalized header: a greeting, and the answer to whoever is behind.</summary>
    public sealed record Tip(CertifiedHeader Header) : ConsensusMessage;

    /// <summary>Finalized blocks from this height on, please.</summary>
    public sealed record WantChain(Height From) : ConsensusMessage;

    /// <summary>
    /// Consecutive finalized blocks; the certificate finalizes the last and, by hash links, all. They begin at the height that was asked for, or
    /// above it where what lies between two certificates does not fit: the rest is asked for as a branch.
    /// </summary>
    public sealed record Chain(ImmutableArray<Block> Blocks, Certificate Finalization) : ConsensusMessage;

    /// <summary>The finalized block of this height and digest and those below it, please.</summary>
    public sealed record WantBranch(Height Top, Hash256 Digest) : ConsensusMessage;

    /// <summary>Consecutive blocks up to the one that was asked for, as many as fit; its digest proves them all.</summary>
    public sealed record Branch(ImmutableArray<Block> Blocks) : ConsensusMessage;

    /// <summary>What was asked for lies below my oldest block, which is this one: ask somebody else.</summary>
    public sealed record Pruned(Height First) : ConsensusMessage;

    /// <summary>A validator that does not know what its key has signed asks the others how far they are.</summary>
    public sealed record FenceQuestion(ulong Nonce) : ConsensusMessage;

    /// <summary>The sender's highest certificate proves its view; none in the first view.</summary>
    public sealed record FenceAnswer(ulong Nonce, Certificate? Highest) : ConsensusMessage;

    /// <summary>A validator contradicted itself: said once by everybody who learns of it.</summary>
    public sealed record Accusation(Evidence Evidence) : ConsensusMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        switch (this)
        {
            case Propose m:
                writer.Record(WireType.ConsensusPropose, 2);
                m.Block.Write(writer);
                m.LeaderVote.Write(writer);
                break;
            case Voted m:
                writer.Record(WireType.ConsensusVote, 1);
                m.Vote.Write(writer);
                break;
            case Certified m:
                writer.Record(WireType.ConsensusCertificate, 1);
                m.Certificate.Write(writer);
                break;
            case HaveCertificate m:
                writer.Record(WireType.ConsensusHaveCertificate, 2).UInt64(m.Epoch.Number).UInt64(m.View.Number);
                break;
            case WantCertificate m:
                writer.Record(WireType.ConsensusWantCertificate, 2).UInt64(m.Epoch.Number).UInt64(m.View.Number);
                break;
            case Reseal m:
                writer.Record(WireType.ConsensusReseal, 2);
                m.Justification.Write(writer);
                m.LeaderVote.Write(writer);
                break;
            case Ready m:
                writer.Record(WireType.ConsensusReadiness, 1);
                m.Readiness.Write(writer);
                break;
            case WantBlock m:
                writer.Record(WireType.ConsensusWantBlock, 1).Hash(m.Digest);
                break;
            case BlockBody m:
                writer.Record(WireType.ConsensusBlock, 1);
                m.Block.Write(writer);
                break;
            case Tip m:
                writer.Record(WireType.ConsensusStatus, 1);
                m.Header.Write(writer);
                break;
            case WantChain m:
                writer.Record(WireType.ConsensusWantTip, 1).UInt64(m.From.Number);
                break;
            case Chain m:
                writer.Record(WireType.ConsensusChain, 2).Array(m.Blocks.Length);
                foreach (Block block in m.Blocks) block.Write(writer);
                writer.End();
                m.Finalization.Write(writer);
                break;
            case WantBranch m:
                writer.Record(WireType.ConsensusWantBranch, 2).UInt64(m.Top.Number).Hash(m.Digest);
                break;
            case Branch m:
                writer.Record(WireType.ConsensusBranch, 1).Array(m.Blocks.Length);
                foreach (Block block in m.Blocks) block.Write(writer);
                writer.End();
                break;
            case Pruned m:
                writer.Record(WireType.ConsensusPruned, 1).UInt64(m.First.Number);
                break;
            case FenceQuestion m:
                writer.Record(WireType.ConsensusFenceQuestion, 1).UInt64(m.Nonce);
                break;
            case FenceAnswer m:
                writer.Record(WireType.ConsensusFenceAnswer, 2).UInt64(m.Nonce);
                if (m.Highest is null) writer.Null();
                else m.Highest.Write(writer);
                break;
            case Accusation m:
                writer.Record(WireType.ConsensusEvidence, 1);
                m.Evidence.Write(writer);
                break;
            default:
                Invariant.Break("a consensus message without an encoding");
                break;
        }

        return writer.End().ToArray();
    }

    /// <summary>Any bytes: a message, or null where they are none.</summary>
    public static ConsensusMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        WireReader reader = new(bytes);
        int count = reader.Array(4);
        if (reader.UInt64() != 1) reader.Fail();
        WireType type = (WireType)reader.UInt32();
        ConsensusMessage? message = (type, count) switch
        {
            (WireType.ConsensusPropose, 4) => new Propose(Block.Read(reader), Vote.Read(reader)),
            (WireType.ConsensusVote, 3) => new Voted(Vote.Read(reader)),
            (WireType.ConsensusCertificate, 3) => new Certified(Certificate.Read(reader)),
            (WireType.ConsensusHaveCertificate, 4) => new HaveCertificate(new Epoch(reader.UInt32()), new View(reader.UInt64())),
            (WireType.ConsensusWantCertificate, 4) => new WantCertificate(new Epoch(reader.UInt32()), new View(reader.UInt64())),
            (WireType.ConsensusReseal, 4) => new Reseal(Justification.Read(reader), Vote.Read(reader)),
            (WireType.ConsensusReadiness, 3) => new Ready(Readiness.Read(reader)),
            (WireType.ConsensusWantBlock, 3) => new WantBlock(reader.Hash()),
            (WireType.ConsensusBlock, 3) => new BlockBody(Block.Read(reader)),
            (WireType.ConsensusStatus, 3) => new Tip(CertifiedHeader.Read(reader)),
            (WireType.ConsensusWantTip, 3) => new WantChain(new Height(reader.UInt64())),
            (WireType.ConsensusChain, 4) => new Chain(reader.List(Limits.ChainBlocksMax, Block.Read), Certificate.Read(reader)),
            (WireType.ConsensusWantBranch, 4) => new WantBranch(new Height(reader.UInt64()), reader.Hash()),
            (WireType.ConsensusBranch, 3) => new Branch(reader.List(Limits.ChainBlocksMax, Block.Read)),
            (WireType.ConsensusPruned, 3) => new Pruned(new Height(reader.UInt64())),
            (WireType.ConsensusFenceQuestion, 3) => new FenceQuestion(reader.UInt64()),
            (WireType.ConsensusFenceAnswer, 4) => new FenceAnswer(reader.UInt64(), reader.TryNull() ? null : Certificate.Read(reader)),
            (WireType.ConsensusEvidence, 3) => new Accusation(Evidence.Read(reader)),
            _ => null,
        };
        reader.End();
        return reader.Succeeded ? message : null;
    }
}
