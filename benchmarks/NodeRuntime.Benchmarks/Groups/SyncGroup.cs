using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Security.Cryptography;
using System.Threading;
using NodeRuntime.Actors.Ports;
using NodeRuntime.Benchmarks.Harness;
using NodeRuntime.Benchmarks.Native;
using NodeRuntime.Consensus;
using NodeRuntime.Consensus.Sync;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.State;
using NodeRuntime.Persistence.Folder;
using NodeRuntime.Persistence.Journal;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Runtime.Consensus;
using NodeRuntime.Simulation;

namespace NodeRuntime.Benchmarks.Groups;

/// <summary>
/// What a peer does with the past: windows of empty blocks as they come off the wire, decoded, checked under one certificate each,
/// executed and stored; the same blocks replayed from its own disk; and chunks of a snapshot. Four validators, really signed.
/// </summary>
internal static class SyncGroup
{
    private const string Name = "sync";
    private const int Windows = 8;
    private const int Blocks = Windows * Limits.ChainBlocksMax;

    public static IEnumerable<BenchmarkRow> Run()
    {
        SystemSignatures signatures = VerifyLimit.OpenSignatures();
        Past past = new(signatures);
        string folder = Directory.CreateTempSubdirectory("noderuntime-benchmark-").FullName;
        try
        {
            using DataFolder data = DataFolder.Open(Path.Combine(folder, "data"), past.Genesis.ChainId);
            using SqlJournal journal = SqlJournal.OpenSqlite(data);
            Limit hash = new("hash-bound", new Work(past.HashBytes, Blocks));
            Limit disk = new("journal-bound", new Work(times => past.Store(times, journal), Blocks));
            Limit chunkHash = new("hash-bound", new Work(past.HashChunks, past.ChunkMegabytes));
            return
            [
                .. Contest.Hold(Name, "empty blocks checked and executed", "blocks/s", new Work(times => past.Sync(times, null), Blocks), hash),
                .. Contest.Hold(Clock.Wall, Name, "empty blocks checked, executed, stored", "blocks/s", new Work(times => past.Sync(times, journal), Blocks), disk),
                .. Contest.Hold(Name, "empty blocks replayed at a start", "blocks/s", new Work(past.Replay, Blocks), hash),
                .. Contest.Hold(Name, "chunks checked against their hashes", "MB/s", new Work(past.CheckChunks, past.ChunkMegabytes), chunkHash),
                .. Contest.Hold(Name, "chunks made into a state", "MB/s", new Work(past.Restore, past.ChunkMegabytes), chunkHash),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Past
    {
        private readonly SystemSignatures _signatures;
        private readonly List<byte[]> _windows = [];
        private readonly List<ImmutableArray<Block>> _blocks = [];
        private readonly LedgerState _start;
        private readonly LedgerSnapshot _snapshot;
        private readonly byte[][] _chunks;

        public Past(SystemSignatures signatures)
        {
            const int Accounts = 5_000;
            _signatures = signatures;
            List<ISigner> signers = [];
            SortedDictionary<AccountId, GenesisAllocation> allocations = [];
            for (int i = 0; i < 4; i++)
            {
                signers.Add(signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, RandomNumberGenerator.GetBytes(KeyPair.EntropyByteCountMin))));
            }

            for (int i = 0; i < Accounts; i++)
            {
                AccountId account = new(Hasher.Sha256(BitConverter.GetBytes(i)));
                allocations.Add(account, new GenesisAllocation(account, new Amount(1_000), Amount.Zero));
            }

            Genesis = new Genesis
            {
                Name = "benchmark",
                IsDevelopment = true,
                Nonce = Hasher.Sha256([2]),
                Time = Instant.FromMilliseconds(1_767_225_600_000),
                Parameters = ChainParameters.Development,
                Validators = [.. signers.ConvertAll(static signer => new GenesisValidator(signer.PublicKey, 1))],
                Allocations = [.. allocations.Values],
            };
            Chain = Genesis.ChainId;
            Set = Genesis.ValidatorSet;
            _start = LedgerState.FromGenesis(Genesis);
            GrownChain chain = new(Genesis, [.. signers], signatures, Duration.FromSeconds(1));
            for (int window = 0; window < Windows; window++)
            {
                ImmutableArray<Block>.Builder blocks = ImmutableArray.CreateBuilder<Block>(Limits.ChainBlocksMax);
                Certificate? finalization = null;
                for (int i = 0; i < Limits.ChainBlocksMax; i++)
                {
                    (Block block, finalization) = chain.Grow([]);
                    blocks.Add(block);
                }

                _blocks.Add(blocks.ToImmutable());
                _windows.Add(new ConsensusMessage.Chain(_blocks[^1], finalization!).Encode());
            }

            _snapshot = LedgerSnapshot.Of(_start);
            _chunks = new byte[_snapshot.Manifest.Chunks.Length][];
            for (int i = 0; i < _chunks.Length; i++)
            {
                _chunks[i] = _snapshot.EncodeChunk(i);
                ChunkMegabytes += _chunks[i].Length / 1e6;
            }
        }

        public Genesis Genesis { get; }

        public double ChunkMegabytes { get; }

        private ChainId Chain { get; }

        private ValidatorSet Set { get; }

        public void Sync(int times, SqlJournal? journal)
        {
            for (int time = 0; time < times; time++)
            {
                LedgerChain chain = new(_start, Chain.Hash, PastEpochs.None, _signatures);
                foreach (byte[] window in _windows)
                {
                    ConsensusMessage.Chain message = (ConsensusMessage.Chain)ConsensusMessage.Decode(window)!;
                    Invariant.Holds(BlockLinks.Hold(message.Blocks, Chain));
                    Invariant.Holds(BlockLinks.Finalizes(message.Finalization, message.Blocks[^1].Header));
                    CertificateVerdict verdict = CertificateRules.Check(message.Finalization, Chain, Set, _signatures, out _);
                    Invariant.Holds(verdict == CertificateVerdict.Accepted);
                    foreach (Block block in message.Blocks) chain.Finalize(block, null);
                    if (journal is not null) Write(journal, message.Blocks, message.Finalization);
                }

                Invariant.Holds(chain.State.Height.Number == Blocks);
            }
        }

        public void Store(int times, SqlJournal journal)
        {
            for (int time = 0; time < times; time++)
            {
                foreach (byte[] window in _windows)
                {
                    // The same bytes, in as many records and as many commits.
                    List<JournalWrite> writes = [];
                    int each = window.Length / Limits.ChainBlocksMax;
                    for (int i = 0; i < Limits.ChainBlocksMax; i++) writes.Add(new JournalWrite.Put("limit", (ulong)i, window.AsMemory(i * each, each)));
                    Write(journal, writes);
                }
            }
        }

        public void Replay(int times)
        {
            for (int time = 0; time < times; time++)
            {
                LedgerChain chain = new(_start, Chain.Hash, PastEpochs.None, _signatures);
                foreach (ImmutableArray<Block> blocks in _blocks)
                {
                    foreach (Block block in blocks)
                    {
                        Invariant.Holds(BlockLinks.NamesItsParts(block));
                        chain.Replay(block, block.Header.Digest);
                    }
                }
            }
        }

        public void HashBytes(int times)
        {
            for (int time = 0; time < times; time++)
            {
                foreach (byte[] window in _windows) Hasher.Sha256(window);
            }
        }

        public void CheckChunks(int times)
        {
            for (int time = 0; time < times; time++)
            {
                for (int i = 0; i < _chunks.Length; i++)
                {
                    Invariant.Holds(StateChunk.Check(_chunks[i], _snapshot.Manifest.Chunks[i], out _) == ChunkVerdict.Accepted);
                }
            }
        }

        public void Restore(int times)
        {
            for (int time = 0; time < times; time++)
            {
                SnapshotVerdict verdict = LedgerSnapshot.TryRestore(Chain, _start.Root, _snapshot.Manifest, index => _chunks[index], out _);
                Invariant.Holds(verdict == SnapshotVerdict.Accepted);
            }
        }

        public void HashChunks(int times)
        {
            for (int time = 0; time < times; time++)
            {
                foreach (byte[] chunk in _chunks) Hasher.Sha256(chunk);
            }
        }

        private static void Write(SqlJournal journal, ImmutableArray<Block> blocks, Certificate finalization)
        {
            List<JournalWrite> writes = [];
            for (int i = 0; i < blocks.Length; i++) writes.Add(ConsensusStore.PutBlock(blocks[i], i == blocks.Length - 1 ? finalization : null));
            Write(journal, writes);
        }

        private static void Write(SqlJournal journal, List<JournalWrite> writes)
        {
            using ManualResetEventSlim written = new();
            JournalVerdict verdict = JournalVerdict.Failed;
            journal.Write(new JournalBatch([.. writes]), answer =>
            {
                verdict = answer;
                written.Set();
            });
            written.Wait();
            Invariant.Holds(verdict == JournalVerdict.Written);
        }
    }
}
