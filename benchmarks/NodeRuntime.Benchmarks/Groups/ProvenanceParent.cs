using System;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Runtime.Provenance;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// A parent with as many children as it may have, itself among them: in each second it reads 255 frames, verifies their signatures, acknowledges each with one of its own, closes both trees, signs
/// the calendar and shows each child its way. What children sign is signed beforehand; the network is not in it, nor the disk.
/// </summary>
internal static class ProvenanceParent
{
    private const int Children = Limits.ProvenanceChildrenMax - 1;
    private const int Rounds = 12;

    public static IEnumerable<BenchmarkRow> Run(string group)
    {
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        LoneProvenance parent = new(signatures, null, ProvenanceSettings.Default);
        List<Child> children = [];
        for (int i = 0; i < Children; i++)
        {
            ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256(BitConverter.GetBytes(i)).ToArray()));
            children.Add(new Child(signer, signer.PublicKey.ToPeerId()));
            parent.Connect(children[i].Id, signer.PublicKey);
        }

        ToNextSecond(parent);
        parent.Sent.Clear();
        // Not more than it takes of each: each asks once.
        foreach (Child child in children) parent.Hear(child.Id, new ProvenanceMessage.Enrol(new Epoch(0)).Encode());
        Dictionary<PeerId, int> slots = [];
        foreach ((PeerId peer, byte[] frame) in parent.Sent)
        {
            if (ProvenanceMessage.Decode(frame) is ProvenanceMessage.Enrolled { Slot: { } slot }) slots[peer] = slot;
        }

        Invariant.Holds(slots.Count == Children);
        ToNextSecond(parent);
        ToNextSecond(parent);
        double taken = 0;
        int acknowledged = 0, shown = 0;
        for (int round = 0; round < Rounds; round++)
        {
            ToNextSecond(parent);
            Round closed = new(EpochPlans.RoundOf(parent.Now).Second - 1);
            List<(PeerId Id, byte[] Frame)> said = [];
            foreach (Child child in children)
            {
                Hash256 root = Hasher.Sha256(child.Id.Hash.AsSpan());
                AggregationLeaf leaf = new(1, slots[child.Id], closed, child.Id, root, 1, 0, 0, 0, new Epoch(0), root);
                said.Add((child.Id, new ProvenanceMessage.Closed(leaf, child.Signer.Sign(leaf.SigningDigest(parent.Genesis.ChainId))).Encode()));
            }

            parent.Sent.Clear();
            double start = Clock.Processor.Seconds();
            foreach ((PeerId id, byte[] frame) in said) parent.Hear(id, frame);
            // Say again, close, close the topmost: what is left of the second.
            Round now = EpochPlans.RoundOf(parent.Now);
            for (int i = 0; i < 3 && EpochPlans.RoundOf(parent.Now) == now; i++) parent.Tick();
            // The first two compile.
            if (round >= 2) taken += Clock.Processor.Seconds() - start;
            foreach ((_, byte[] frame) in parent.Sent)
            {
                if (ProvenanceMessage.Decode(frame) is ProvenanceMessage.Taken) acknowledged++;
                else if (ProvenanceMessage.Decode(frame) is ProvenanceMessage.Spine) shown++;
            }
        }

        // All were heard, and all were shown their way.
        Invariant.Holds(acknowledged == Rounds * Children);
        Invariant.Holds(shown >= (Rounds - 1) * Children);
        double value = (Rounds - 2) / taken;
        (double verify, double sign) = Costs(signatures);
        double verifyBound = 1 / (Children * verify), ownBound = 1 / (Children * (verify + sign));
        yield return new BenchmarkRow(group, "a parent of 256: its seconds", value, "seconds/s/core", verifyBound, "verify-bound", value / verifyBound);
        yield return new BenchmarkRow(group, "a parent of 256: its seconds", value, "seconds/s/core", ownBound, "verify and sign", value / ownBound);
    }

    private static void ToNextSecond(LoneProvenance parent)
    {
        Round now = EpochPlans.RoundOf(parent.Now);
        while (EpochPlans.RoundOf(parent.Now) == now) parent.Tick();
    }

    private static (double Verify, double Sign) Costs(SystemSignatures signatures)
    {
        const int Times = 2000;
        ISigner signer = signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("anybody"u8).ToArray()));
        Hash256 digest = Hasher.Sha256("something"u8);
        Signature signature = signer.Sign(digest);
        double start = Clock.Processor.Seconds();
        for (int i = 0; i < Times; i++) Invariant.Holds(signatures.Verify(signer.PublicKey, digest, signature) == SignatureVerdict.Accepted);
        double verified = Clock.Processor.Seconds();
        for (int i = 0; i < Times; i++) signature = signer.Sign(digest);
        return ((verified - start) / Times, (Clock.Processor.Seconds() - verified) / Times);
    }

    private sealed record Child(ISigner Signer, PeerId Id);
}
