using System;
using System.Collections.Immutable;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Trees;
using NodeRuntime.Provenance.Receipts;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>Two promises beside each other: one number, two events.</summary>
public sealed class FraudVerbTests : IDisposable
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private static readonly ISigner Signer = Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, new byte[KeyPair.EntropyByteCountMin]));
    private static readonly ChainId Chain = new(Hasher.Sha256("chain"u8));

    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_number_that_was_promised_twice_is_found_verified_and_told_by_name()
    {
        string one = _line.Write("1.receipt", Promised(1).Encode()), other = _line.Write("2.receipt", Promised(2).Encode()), proof = _line.PathOf("proof");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("fraud", "find", one, other, "--genesis", Chain.ToString(), "--out", proof);
        Assert.Equal((ExitCode.Ok, "PROVEN", "PromiseContradiction"), (code, Text(answer, "verdict"), Text(answer, "kind")));
        (code, answer) = await _line.RunJsonAsync("fraud", "verify", proof, "--genesis", Chain.ToString());
        Assert.Equal((ExitCode.Ok, Signer.PublicKey.ToPeerId().ToString()), (code, Text(answer, "culprit")));
        (code, answer) = await _line.RunJsonAsync("fraud", "verify", proof);
        Assert.Equal((ExitCode.Inconclusive, "NoTrust"), (code, Text(answer, "reason")));
        (code, answer) = await _line.RunJsonAsync("fraud", "verify", proof, "--genesis", Hasher.Sha256("other"u8).ToString());
        Assert.Equal((ExitCode.VerificationFailed, "ChainWrong"), (code, Text(answer, "reason")));
    }

    [Fact]
    public async Task What_proves_nothing_writes_nothing()
    {
        string one = _line.Write("1.receipt", Promised(1).Encode()), proof = _line.PathOf("proof");
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("fraud", "find", one, one, "--genesis", Chain.ToString(), "--out", proof);
        Assert.Equal((ExitCode.VerificationFailed, "NoContradiction"), (code, Text(answer, "reason")));
        Assert.False(File.Exists(proof));
        (code, answer) = await _line.RunJsonAsync("fraud", "verify", one);
        Assert.Equal((ExitCode.VerificationFailed, "Malformed"), (code, Text(answer.GetProperty("error"), "code")));
    }

    private static EventReceipt Promised(byte salt)
    {
        byte[] salts = new byte[Salt.ByteCount];
        salts[0] = salt;
        EventLeaf leaf = new(
            EventKind.Store, new Salt(salts), Hasher.Sha256([salt]), Hash256.Zero, 1_767_225_600_000_000_000, 7, [], null, "EE");
        byte[] record = leaf.Encode();
        Round round = new(1_767_225_600);
        EventPromise promise = new(Chain, Signer.PublicKey.ToPeerId(), new Epoch(0), round, 7, 1, RecordHash.Leaf(record), round);
        byte[] bytes = promise.Encode();
        Segment segment = Segment.Of(MerkleTree.ProveInclusion([RecordHash.Leaf(record)], 0), null);
        return new EventReceipt(
            Signer.PublicKey, ReceiptState.Promised, record, null, bytes, [], [segment], null, Signer.Sign(EventReceipt.SigningDigest(Signer.PublicKey, bytes)).Compact.ToArray());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
