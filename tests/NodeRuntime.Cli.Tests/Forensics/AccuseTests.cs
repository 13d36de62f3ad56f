using System;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging.Abstractions;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Host.Config;
using NodeRuntime.Host.Peer;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Provenance.Fraud;
using NodeRuntime.Provenance.Records;

namespace NodeRuntime.Cli.Tests.Forensics;

/// <summary>One whole peer with a disk, an API and the real curve; its own key signs two things that contradict each other, by our hand.</summary>
public sealed class AccuseTests
{
    private static readonly SystemSignatures Signatures = SystemSignatures.Open(new byte[SystemSignatures.EntropyByteCount]);

    [Fact]
    public async Task Evidence_that_is_handed_in_is_in_the_ledger_soon_and_the_chain_can_be_exported()
    {
        using CommandLine line = new();
        string folder = Directory.CreateDirectory(line.PathOf("peer")).FullName;
        KeyPair pair = NodeKeys.Create(Path.Combine(folder, "node.key"));
        Genesis genesis = MakeGenesis(pair.PublicKey);
        await File.WriteAllBytesAsync(Path.Combine(folder, "genesis.bin"), genesis.Encode());
        PeerConfig config = new() { Genesis = genesis.ChainId.ToString(), Listen = "127.0.0.1:0", Api = "127.0.0.1:" + LoopbackPorts.Find(1)[0] };
        await using PeerHost peer = await PeerHost.StartAsync(config, folder, NullLoggerFactory.Instance, CancellationToken.None);
        line.Write(".config/noderuntime/context.yaml", $"version: 1\ncontacts: [http://{config.Api}]\ngenesis: {genesis.ChainId}\n");
        await Until(() => peer.Node.Tip is { Certified: not null });

        ISigner signer = Signatures.CreateSigner(pair);
        string file = line.Write("e", Contradict(genesis.ChainId, signer).Encode());
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("chain", "accuse", file);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal("Accepted", answer.GetProperty("evidence")[0].GetProperty("verdict").GetString());
        await Until(() => peer.Node.Tip!.State.Records.Jail(pair.PublicKey) is not null);
        JailRecord jail = peer.Node.Tip!.State.Records.Jail(pair.PublicKey)!;
        Assert.Equal((EvidenceFault.DoubleFinalize, new View(1)), (jail.Fault, jail.View));
        Assert.Equal(Amount.FromTokens(100), jail.Taken);

        (code, answer) = await line.RunJsonAsync("chain", "accuse", file);
        Assert.Equal((ExitCode.Refused, "AlreadyPunished"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
        string foreign = line.Write("f", Contradict(new ChainId(Hasher.Sha256([1])), signer).Encode());
        (code, answer) = await line.RunJsonAsync("chain", "accuse", foreign);
        Assert.Equal((ExitCode.Refused, "WrongChain"), (code, answer.GetProperty("error").GetProperty("code").GetString()));

        // The same key tells one second in two ways; the account behind it reports itself, and is not paid for it.
        line.Write(".config/noderuntime/context.yaml", $"version: 1\ncontacts: [http://{config.Api}]\ngenesis: {genesis.ChainId}\nkey: {Path.Combine(folder, "node.key")}\n");
        string lie = line.Write("lie", LieTwice(genesis.ChainId, signer).Encode());
        (code, answer) = await line.RunJsonAsync("fraud", "verify", lie);
        Assert.Equal((ExitCode.Ok, "PROVEN", "SlotContradiction"), (code, answer.GetProperty("verdict").GetString(), answer.GetProperty("kind").GetString()));
        (code, answer) = await line.RunJsonAsync("fraud", "submit", lie);
        Assert.Equal((ExitCode.Ok, pair.PublicKey.ToPeerId().ToString()), (code, answer.GetProperty("culprit").GetString()));
        await Until(() => peer.Node.Tip!.State.Records.Fraud(pair.PublicKey) is not null);
        Assert.True(peer.Node.Tip!.State.Records.Fraud(pair.PublicKey)!.Taken <= Amount.FromTokens(10));
        (code, answer) = await line.RunJsonAsync("fraud", "submit", lie);
        Assert.Equal((ExitCode.Refused, "Fraud.AlreadyPunished"), (code, answer.GetProperty("error").GetProperty("code").GetString()));

        string exported = line.PathOf("chain");
        (code, answer) = await line.RunJsonAsync("chain", "export", "--out", exported);
        Assert.Equal(ExitCode.Ok, code);
        Assert.True(answer.GetProperty("toHeight").GetUInt64() >= jail.Height.Number);
        (code, answer) = await line.RunJsonAsync("forensics", exported, exported);
        Assert.Equal((ExitCode.Ok, "OK"), (code, answer.GetProperty("verdict").GetString()));
    }

    private static Genesis MakeGenesis(PublicKey validator) => new()
    {
        Name = "accuse",
        IsDevelopment = true,
        Nonce = Hash256.Zero,
        Time = Instant.FromMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()),
        Parameters = ChainParameters.Development,
        Validators = [new GenesisValidator(validator, 1)],
        Allocations = [new GenesisAllocation(KeyPolicy.Single(validator).ToAccountId(), Amount.FromTokens(10), Amount.FromTokens(200))],
    };

    private static Evidence Contradict(ChainId chain, ISigner signer)
    {
        VoteSlot slot = new(new Epoch(0), new View(1), VoteKind.Finalize);
        Hash256 value = Hasher.Sha256([7]);
        Vote one = new(slot, value, new ValidatorIndex(0), signer.Sign(slot.SigningDigest(chain, value)));
        Vote other = new(slot, null, new ValidatorIndex(0), signer.Sign(slot.SigningDigest(chain, null)));
        return Evidence.Of(chain, one, other)!;
    }

    private static FraudProof LieTwice(ChainId chain, ISigner signer)
    {
        Round now = new((ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        AggregationLeaf one = new(1, 0, now, signer.PublicKey.ToPeerId(), Hash256.Zero, 1, 0, 0, 0, new Epoch(0), Hash256.Zero);
        AggregationLeaf other = one with { ChildRoot = Hasher.Sha256([7]) };
        return new FraudProof(
            FraudKind.SlotContradiction, signer.PublicKey, [one.Encode(), other.Encode()],
            [signer.Sign(one.SigningDigest(chain)).Compact.ToArray(), signer.Sign(other.SigningDigest(chain)).Compact.ToArray()], [], []);
    }

    // A real peer with real time: looked at again and again, with an end.
    private static async Task Until(Func<bool> holds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "it did not come in a minute");
            await Task.Delay(20);
        }
    }
}
