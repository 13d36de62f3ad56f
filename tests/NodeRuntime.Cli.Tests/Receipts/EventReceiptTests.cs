using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Client.Reads;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Provenance.Records;
using NodeRuntime.Provenance.Trees;
using NodeRuntime.Runtime.Tests.Provenance;

namespace NodeRuntime.Cli.Tests.Receipts;

/// <summary>The receipt of an event, offline: it lies in a folder, the chain's proof beside it.</summary>
public sealed class EventReceiptTests : IDisposable
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("minutes of a meeting\n");
    private static readonly LonePeer Peer = MakePeer();
    private static readonly byte[] Receipt = Peer.Answers.Values.Last().Promised!.Receipts()[0].Encode();
    private static readonly byte[] Proof = new ChainProof(Peer.Genesis, SetProof.OfGenesis).Encode();
    private static readonly string Genesis = Peer.Genesis.ChainId.ToString();

    private readonly CommandLine _line = new();

    public EventReceiptTests()
    {
        _line.Write("1.receipt", Receipt);
        _line.Write("chain.proof", Proof);
        _line.Write("minutes.txt", Content);
    }

    public void Dispose() => _line.Dispose();

    [Fact]
    public async Task A_good_one_is_ok_and_says_what_was_promised()
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(
            "receipt", "verify", _line.PathOf("1.receipt"), "--genesis", Genesis, "--content", _line.PathOf("minutes.txt"));
        Assert.Equal((ExitCode.Ok, "OK", true), (code, Text(answer, "verdict"), answer.GetProperty("content").GetBoolean()));
        JsonElement said = answer.GetProperty("receipt");
        Assert.Equal(("PROMISED", "store", "none", 1), (Text(said, "state"), Text(said, "kind"), Text(said, "machineState"), said.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Without_the_chains_proof_nobody_knows_who_signs_and_without_a_genesis_hash_nobody_is_trusted()
    {
        File.Delete(_line.PathOf("chain.proof"));
        Assert.Equal((ExitCode.Inconclusive, "EpochUnknown", 301), await VerifyAsync("--genesis", Genesis));
        Assert.Equal((ExitCode.Inconclusive, "NoTrust", 300), await VerifyAsync());
        string elsewhere = _line.Write("elsewhere", Proof);
        Assert.Equal((ExitCode.Ok, "Accepted", 0), await VerifyAsync("--genesis", Genesis, "--chain", elsewhere));
    }

    [Fact]
    public async Task Another_content_another_byte_and_another_chain_are_refused_by_name()
    {
        string other = _line.Write("other.txt", "minutes of another meeting\n");
        Assert.Equal((ExitCode.VerificationFailed, "ContentDiffers", 0), await VerifyAsync("--genesis", Genesis, "--content", other));
        byte[] forged = [.. Receipt];
        forged[^1] ^= 1;
        _line.Write("1.receipt", forged);
        Assert.Equal((ExitCode.VerificationFailed, "IssuerSignatureWrong", 213), await VerifyAsync("--genesis", Genesis));
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("receipt", "verify", _line.PathOf("1.receipt"), "--genesis", new string('7', 64));
        Assert.Equal((ExitCode.VerificationFailed, "ChainProofWrong"), (code, Text(answer.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task It_is_explained_in_sentences_and_a_jobs_is_not()
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync("receipt", "explain", _line.PathOf("1.receipt"));
        Assert.Equal((ExitCode.Ok, 2), (code, answer.GetProperty("story").GetArrayLength()));
        (code, answer) = await _line.RunJsonAsync("receipt", "explain", _line.PathOf("minutes.txt"));
        Assert.Equal((ExitCode.VerificationFailed, "ContainerMalformed"), (code, Text(answer.GetProperty("error"), "code")));
    }

    [Theory]
    [InlineData((int)ExitCode.Usage, "Empty", "data", "event", "add")]
    [InlineData((int)ExitCode.Usage, "KindUnknown", "data", "event", "add", "--kind", "burn", "minutes.txt")]
    [InlineData((int)ExitCode.Usage, "HashMalformed", "data", "event", "add", "--parent", "12", "minutes.txt")]
    [InlineData((int)ExitCode.NotFound, "FileMissing", "data", "event", "add", "nowhere.txt")]
    public async Task What_cannot_be_entered_is_said_before_anybody_is_asked(int expected, string error, params string[] words)
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(words);
        Assert.Equal((expected, error), ((int)code, Text(answer.GetProperty("error"), "code")));
    }

    [Fact]
    public async Task The_pages_commands_do_what_it_says()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "provenance.md"));
        string[] commands = page.Split("```sh\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["explain", "verify"], commands.Select(static line => line.Split(' ')[2]));
        foreach (string command in commands)
        {
            string[] words = [.. command.Split(" #")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
            string[] here = Array.ConvertAll(words, word => word == "HASH" ? Genesis : word.Contains('.', StringComparison.Ordinal) ? _line.PathOf(word) : word);
            (ExitCode code, _, string error) = await _line.RunAsync(here);
            Assert.True(code == ExitCode.Ok, command + ": " + error);
        }
    }

    private async Task<(ExitCode Code, string Reason, int Number)> VerifyAsync(params string[] more)
    {
        (ExitCode code, JsonElement answer) = await _line.RunJsonAsync(["receipt", "verify", _line.PathOf("1.receipt"), .. more]);
        return (code, Text(answer, "reason"), answer.GetProperty("code").GetInt32());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static LonePeer MakePeer()
    {
        LonePeer peer = new(Signatures, static _ => Signatures.CreateSigner(KeyPair.Generate(KeyAlgorithm.Secp256k1, Hasher.Sha256("a peer"u8).ToArray())), null);
        peer.Run(Duration.FromSeconds(3));
        peer.Offer(new EventDraft(EventKind.Store, Hasher.Sha256(Content), Hash256.Zero, 0, [], null, "EE"));
        return peer;
    }
}
