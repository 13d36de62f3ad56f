using System.Buffers.Binary;
using System.Collections.Generic;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>Trees beside the hashes that they cannot do without.</summary>
internal static class TreesGroup
{
    private const string Name = "trees";
    private const int Leaves = 1 << 16;
    private const int MerkleNodeByteCount = 65;
    private const int Keys = 10_000;
    private const int ValueByteCount = 40;

    // What StateProof hashes: the domain's name with its length, then 33 + 32 or 2 + 32 + 32 bytes.
    private static readonly int StateLeafByteCount = 1 + ("noderuntime/" + HashDomain.StateLeaf).Length + 65;
    private static readonly int StateNodeByteCount = 1 + ("noderuntime/" + HashDomain.StateNode).Length + 66;

    public static IEnumerable<BenchmarkRow> Run()
    {
        RawSha256 raw = new();
        return
        [
            .. Contest.Hold(
                Name, "Merkle root of 65,536 leaves", "leaves/s", Merkle(), new Limit("hash-bound", raw.Work(MerkleNodeByteCount))),
            .. Contest.Hold(
                Name, "state: set 10,000 keys, new root", "keys/s", State(), new Limit("hash-bound", StateHashes(raw))),
        ];
    }

    private static Work Merkle()
    {
        Hash256[] leaves = new Hash256[Leaves];
        for (int i = 0; i < Leaves; i++) leaves[i] = HashOf(i);
        return new Work(
            times =>
            {
                for (int i = 0; i < times; i++) leaves[0] = MerkleTree.Root(leaves);
            },
            Leaves);
    }

    private static Work State()
    {
        StateKey[] keys = new StateKey[Keys];
        for (int i = 0; i < Keys; i++) keys[i] = new StateKey(StateFamily.Account, HashOf(i));
        StateTree full = Fill(StateTree.Empty, keys, 0);
        Hash256 last = full.Root;
        int run = 1;
        return new Work(
            times =>
            {
                for (int i = 0; i < times; i++)
                {
                    Hash256 root = Fill(full, keys, run++).Root;
                    Invariant.Holds(root != last);
                    last = root;
                }
            },
            Keys);
    }

    private static StateTree Fill(StateTree tree, StateKey[] keys, int run)
    {
        foreach (StateKey key in keys)
        {
            byte[] value = new byte[ValueByteCount];
            BinaryPrimitives.WriteInt32LittleEndian(value, run);
            tree = tree.Set(key, value);
        }

        return tree;
    }

    /// <summary>For each key its value's hash and its leaf's, and one node less than there are keys.</summary>
    private static Work StateHashes(RawSha256 raw) => new(
        times =>
        {
            for (int i = 0; i < times; i++)
            {
                raw.Hash(ValueByteCount, Keys);
                raw.Hash(StateLeafByteCount, Keys);
                raw.Hash(StateNodeByteCount, Keys - 1);
            }
        },
        Keys);

    private static Hash256 HashOf(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Hasher.Sha256(bytes);
    }
}
