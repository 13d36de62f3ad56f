using System;
using System.IO;
using NodeRuntime.Cli.Receipts;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Runtime.Tests.Provenance;
using Xunit;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>A witness goes by a file that somebody may replace while it runs.</summary>
public sealed class ChainProofFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("noderuntime-chain-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "chain.proof");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_read_where_it_is_another_and_believed_where_it_verifies()
    {
        SystemSignatures signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
        LonePeer peer = new(signatures, static it => ((SystemSignatures)it).CreateSigner(KeyPair.Generate(KeyAlgorithm.P256, Hasher.Sha256("a validator"u8).ToArray())), null);
        byte[] proof = new ChainProof(peer.Genesis, SetProof.OfGenesis).Encode();
        ChainProofFile file = new(Path, peer.Genesis.ChainId, signatures);

        // Not there: nothing is known, and nothing is wrong.
        Assert.Null(file.ReadWhereChanged(out string complaint));
        Assert.Empty(complaint);
        Put(proof, 1);
        Assert.Single(file.ReadWhereChanged(out _)!.Value);
        Assert.Null(file.ReadWhereChanged(out complaint));
        Assert.Empty(complaint);
        Put([.. proof, 0], 2);
        Assert.Null(file.ReadWhereChanged(out complaint));
        Assert.Contains("does not prove who signs", complaint, StringComparison.Ordinal);
        // Said once.
        Assert.Null(file.ReadWhereChanged(out complaint));
        Assert.Empty(complaint);
        Put(proof, 3);
        Assert.Single(file.ReadWhereChanged(out _)!.Value);
        // Of another chain it proves nothing.
        Assert.Null(new ChainProofFile(Path, new ChainId(Hasher.Sha256("another"u8)), signatures).ReadWhereChanged(out complaint));
        Assert.Contains("does not prove who signs", complaint, StringComparison.Ordinal);
    }

    private void Put(byte[] bytes, int second)
    {
        File.WriteAllBytes(Path, bytes);
        File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch.AddSeconds(1_800_000_000 + second));
    }
}
