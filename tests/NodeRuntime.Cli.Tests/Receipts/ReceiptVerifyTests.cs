using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Proofs.Tests.Receipts;

namespace NodeRuntime.Cli.Tests.Receipts;

public sealed class ReceiptVerifyTests
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private static readonly ReceiptScenario Scenario = new() { SignerOf = SignerOf };
    private static readonly byte[] Receipt = Scenario.Make().Encode();
    private static readonly string Genesis = Scenario.Chain.ToString();

    [Fact]
    public async Task A_good_receipt_is_ok_and_says_what_was_paid()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("receipt", "verify", line.Write("r", Receipt), "--genesis", Genesis);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("OK", answer.GetProperty("verdict").GetString());
        Assert.Equal("0.0091", answer.GetProperty("receipt").GetProperty("paid").GetString());
        Assert.Equal(-3, answer.GetProperty("receipt").GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public async Task The_contexts_genesis_is_trusted_where_none_is_given()
    {
        using CommandLine line = new();
        line.Write(".config/noderuntime/context.yaml", $"genesis: {Genesis}\n");

        (ExitCode code, string output, _) = await line.RunAsync("receipt", "verify", line.Write("r", Receipt));

        Assert.Equal(ExitCode.Ok, code);
        Assert.StartsWith("OK Accepted", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_genesis_the_answer_is_inconclusive_and_never_ok()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("receipt", "verify", line.Write("r", Receipt));

        Assert.Equal(ExitCode.Inconclusive, code);
        Assert.Equal("INCONCLUSIVE", answer.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Another_chains_genesis_refuses_it()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) =
            await line.RunJsonAsync("receipt", "verify", line.Write("r", Receipt), "--genesis", new string('c', 64));

        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.Equal("WrongChain", answer.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_refuses_it()
    {
        using CommandLine line = new();
        SortedSet<string> reasons = new(StringComparer.Ordinal);
        // A step that shares no factor with the length of any field: every part of the receipt is met.
        for (int at = 0; at < Receipt.Length; at += 37)
        {
            byte[] changed = [.. Receipt];
            changed[at] ^= 0x10;
            (ExitCode code, JsonElement answer) = await line.RunJsonAsync("receipt", "verify", line.Write("r", changed), "--genesis", Genesis);
            Assert.Equal(ExitCode.VerificationFailed, code);
            Assert.Equal("REFUSED", answer.GetProperty("verdict").GetString());
            reasons.Add(answer.GetProperty("reason").GetString()!);
        }

        Assert.True(reasons.Count >= 4, string.Join(", ", reasons));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a receipt")]
    public async Task What_is_no_receipt_is_refused(string text)
    {
        using CommandLine line = new();
        (ExitCode code, string output, _) =
            await line.RunAsync("receipt", "verify", line.Write("r", Encoding.UTF8.GetBytes(text)), "--genesis", Genesis);

        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.StartsWith("REFUSED Malformed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rerun_with_other_files_than_the_receipts_is_refused()
    {
        using CommandLine line = new();
        (ExitCode code, _, string error) = await line.RunAsync(
            "receipt", "verify", line.Write("r", Receipt), "--genesis", Genesis, "--rerun", line.Write("m.wasm", "another"u8.ToArray()));

        Assert.Equal(ExitCode.VerificationFailed, code);
        Assert.Contains("is the module of the receipt", error, StringComparison.Ordinal);
    }

    private static ISigner SignerOf(string name) =>
        Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, SHA256.HashData(Encoding.UTF8.GetBytes(name))));
}
