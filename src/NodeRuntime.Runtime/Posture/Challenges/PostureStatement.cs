using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Runtime.Posture.Challenges;

/// <summary>
/// What a peer signs when it is challenged: one thing of its machine, looked at behind the challenge, under the state root that its heartbeat of a second has which began behind
/// that look. The challenger is a stranger: it is shown the thing's leaf, and not what the thing is.
/// <code>
/// [1, 391, node, challenger, nonce, round, heartbeat, root, leaf, [size, index, path], policy, level]
/// </code>
/// </summary>
/// <param name="Node">Who says it, of its own machine.</param>
/// <param name="Challenger">To whom: nobody else can show it as an answer of its own.</param>
/// <param name="Heartbeat">Leaf hash of the heartbeat of <paramref name="Round"/>.</param>
/// <param name="Root">Of the state tree, as in that heartbeat.</param>
/// <param name="Leaf">The thing's leaf hash.</param>
/// <param name="Proof">That the thing stands under the root; its size is how many things there are.</param>
/// <param name="Policy">SHA-256 of what this machine is held against.</param>
/// <param name="Level">Of the watch, as in that heartbeat.</param>
public sealed record PostureStatement(
    PeerId Node, PeerId Challenger, Hash256 Nonce, Round Round, Hash256 Heartbeat, Hash256 Root, Hash256 Leaf, MerkleInclusionProof Proof, Hash256 Policy, AgentLevel Level)
{
    private const int Fields = 10;

    /// <summary>A path of the tree, seven hashes, and heads.</summary>
    public const int BytesMax = (Limits.MerklePathHashesMax * 34) + 512;

    /// <summary>What is signed: of this chain alone.</summary>
    public Hash256 SigningDigest(ChainId chain) => Hasher.Tagged(HashDomain.PostureStatement, chain.Hash.AsSpan(), Encode());

    public byte[] Encode()
    {
        WireWriter writer = new();
        writer.Record(WireType.PostureStatement, Fields).Hash(Node.Hash).Hash(Challenger.Hash).Hash(Nonce).UInt64(Round.Second).Hash(Heartbeat).Hash(Root).Hash(Leaf);
        Proof.Write(writer);
        return writer.Hash(Policy).UInt64((ulong)Level).End().ToArray();
    }

    /// <summary>Null for bytes that are none.</summary>
    public static PostureStatement? Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return null;
        WireReader reader = new(bytes);
        reader.Record(WireType.PostureStatement, Fields);
        PeerId node = new(reader.Hash()), challenger = new(reader.Hash());
        Hash256 nonce = reader.Hash();
        Round round = new(reader.UInt64());
        Hash256 heartbeat = reader.Hash(), root = reader.Hash(), leaf = reader.Hash();
        MerkleInclusionProof proof = MerkleInclusionProof.Read(reader);
        Hash256 policy = reader.Hash();
        byte level = reader.Byte();
        reader.End();
        bool isKnown = round.Second <= Round.SecondMax && level <= (byte)AgentLevel.MeasuredBoot;
        if (!reader.Succeeded || !isKnown) return null;
        return new PostureStatement(node, challenger, nonce, round, heartbeat, root, leaf, proof, policy, (AgentLevel)level);
    }
}
