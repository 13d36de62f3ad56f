using System;
using System.Collections.Immutable;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Consensus;

/// <summary>
/// What machines say to each other. Certificates travel by announcement: a peer that has one says so in forty bytes and
/// a peer that lacks it asks. Blocks are asked for by digest, stretches of the chain by height.
/// </summary>
public abstract record ConsensusMessage
{
    private ConsensusMessage()
    {
    }

    /// <summary>The leader's block; the vote in it is the leader's own notarize vote.</summary>
    public sealed record Propose(Block Block, Vote Vote) : ConsensusMessage;

    public sealed record CastVote(Vote Vote) : ConsensusMessage;

    public sealed record Certify(Certificate Certificate) : ConsensusMessage;

    /// <summary>The sender has left this view and can prove why.</summary>
    public sealed record HaveCertificate(View View) : ConsensusMessage;

    /// <summary>Answered by <see cref="Certify"/> with the best certificate of this view or of a later one.</summary>
    public sealed record WantCertificate(View View) : ConsensusMessage;

    /// <summary>Answered by <see cref="GiveBlock"/>.</summary>
    public sealed record WantBlock(Hash256 Digest) : ConsensusMessage;

    public sealed record GiveBlock(Block Block) : ConsensusMessage;

    /// <summary>Where the sender is. A claim: it makes a peer ask, never believe.</summary>
    public sealed record Status(View View, Height FinalizedHeight) : ConsensusMessage;

    public sealed record Accuse(DoubleVote Evidence) : ConsensusMessage;

    /// <summary>Answered by <see cref="Tip"/>, or by <see cref="Status"/> where there is nothing from that height on.</summary>
    public sealed record WantTip(Height From) : ConsensusMessage;

    /// <summary>Consecutive headers, oldest first, the last one certified: one certificate proves them all by hash link.</summary>
    public sealed record Tip(ImmutableArray<BlockHeader> Headers, Certificate Finalization) : ConsensusMessage;

    /// <summary>A validator that does not know what its key has signed asks how far the others are.</summary>
    public sealed record FenceQuestion(ulong Nonce) : ConsensusMessage;

    /// <summary>The highest certificate that the sender holds, which proves the view it is in; none in the first view.</summary>
    public sealed record FenceAnswer(ulong Nonce, Certificate? Highest) : ConsensusMessage;

    public byte[] Encode()
    {
        WireWriter writer = new();
        Write(writer);
        return writer.ToArray();
    }

    public void Write(WireWriter writer)
    {
        switch (this)
        {
            case Propose propose:
                writer.Record(WireType.ConsensusPropose, 2);
                propose.Block.Write(writer);
                propose.Vote.Write(writer);
                break;
            case CastVote cast:
                writer.Record(WireType.ConsensusVote, 1);
                cast.Vote.Write(writer);
                break;
            case Certify certify:
                writer.Record(WireType.ConsensusCertificate, 1);
                certify.Certificate.Write(writer);
                break;
            case HaveCertificate have:
                writer.Record(WireType.ConsensusHaveCertificate, 1).UInt64(have.View.Number);
                break;
            case WantCertificate want:
                writer.Record(WireType.ConsensusWantCertificate, 1).UInt64(want.View.Number);
                break;
            case WantBlock want:
                writer.Record(WireType.ConsensusWantBlock, 1).Hash(want.Digest);
                break;
            case GiveBlock give:
                writer.Record(WireType.ConsensusBlock, 1);
                give.Block.Write(writer);
                break;
            case Status status:
                writer.Record(WireType.ConsensusStatus, 2).UInt64(status.View.Number).UInt64(status.FinalizedHeight.Number);
                break;
            case Accuse accuse:
                accuse.Evidence.Write(writer);
                return;
            case WantTip want:
                writer.Record(WireType.ConsensusWantTip, 1).UInt64(want.From.Number);
                break;
            case Tip tip:
                writer.Record(WireType.ConsensusTip, 2).Array(tip.Headers.Length);
                foreach (BlockHeader header in tip.Headers) header.Write(writer);
                writer.End();
                tip.Finalization.Write(writer);
                break;
            case FenceQuestion question:
                writer.Record(WireType.ConsensusFenceQuestion, 1).UInt64(question.Nonce);
                break;
            case FenceAnswer answer:
                writer.Record(WireType.ConsensusFenceAnswer, 2).UInt64(answer.Nonce);
                if (answer.Highest is null) writer.Null();
                else answer.Highest.Write(writer);
                break;
            default:
                Invariant.Break("a message outside its closed family");
                break;
        }

        writer.End();
    }

    /// <summary>Total: any bytes end in a message or in none.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> bytes, out ConsensusMessage? message)
    {
        WireReader reader = new(bytes);
        message = Read(reader, TypeOf(bytes));
        if (!reader.Succeeded) message = null;
        return message is not null;
    }

    // The type is read from the record's head by a reader of its own; the decoder then checks the whole record.
    private static WireType TypeOf(ReadOnlyMemory<byte> bytes)
    {
        WireReader head = new(bytes);
        head.Array(FieldsMax);
        head.UInt64();
        ulong type = head.UInt64();
        return head.Failed || type > uint.MaxValue ? default : (WireType)type;
    }

    private const int FieldsMax = 4;

    private static ConsensusMessage? Read(WireReader reader, WireType type)
    {
        ConsensusMessage? message;
        switch (type)
        {
            case WireType.ConsensusPropose:
                reader.Record(type, 2);
                message = new Propose(Block.Read(reader), Vote.Read(reader));
                break;
            case WireType.ConsensusVote:
                reader.Record(type, 1);
                message = new CastVote(Vote.Read(reader));
                break;
            case WireType.ConsensusCertificate:
                reader.Record(type, 1);
                message = new Certify(Certificate.Read(reader));
                break;
            case WireType.ConsensusHaveCertificate:
                reader.Record(type, 1);
                message = new HaveCertificate(new View(reader.UInt64()));
                break;
            case WireType.ConsensusWantCertificate:
                reader.Record(type, 1);
                message = new WantCertificate(new View(reader.UInt64()));
                break;
            case WireType.ConsensusWantBlock:
                reader.Record(type, 1);
                message = new WantBlock(reader.Hash());
                break;
            case WireType.ConsensusBlock:
                reader.Record(type, 1);
                message = new GiveBlock(Block.Read(reader));
                break;
            case WireType.ConsensusStatus:
                reader.Record(type, 2);
                message = new Status(new View(reader.UInt64()), new Height(reader.UInt64()));
                break;
            case WireType.ConsensusEvidence:
                return new Accuse(DoubleVote.Read(reader));
            case WireType.ConsensusWantTip:
                reader.Record(type, 1);
                message = new WantTip(new Height(reader.UInt64()));
                break;
            case WireType.ConsensusTip:
                reader.Record(type, 2);
                message = new Tip(reader.List(ConsensusLimits.TipHeadersMax, BlockHeader.Read), Certificate.Read(reader));
                break;
            case WireType.ConsensusFenceQuestion:
                reader.Record(type, 1);
                message = new FenceQuestion(reader.UInt64());
                break;
            case WireType.ConsensusFenceAnswer:
                reader.Record(type, 2);
                message = new FenceAnswer(reader.UInt64(), reader.TryNull() ? null : Certificate.Read(reader));
                break;
            default:
                reader.Fail();
                return null;
        }

        reader.End();
        return message;
    }
}
