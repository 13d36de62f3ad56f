using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Client.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;

namespace NodeRuntime.Client.Tests.Reads;

/// <summary>Reads across set changes, and what a client does about two histories.</summary>
public sealed class SealedReadsTests
{
    private static readonly AccountId Alice = TestKeys.AccountOf("alice");

    [Fact]
    public async Task A_client_that_knows_the_genesis_alone_follows_every_seal()
    {
        HandMadeChain chain = Funded(new HandMadeChain { Epoch = 3 });
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);

        Assert.Equal(new Epoch(3), client.Reads.Validators!.Epoch);
        Assert.Equal(HandMadeChain.VotersOf(3).Select(static name => TestKeys.SignerOf(name).PublicKey), client.Reads.Validators.Members.Select(static it => it.Key));
        await client.GetAccountAsync(Alice, CancellationToken.None);
        Assert.Equal(1, gateway.SealRequests);
    }

    [Fact]
    public async Task A_seal_while_the_client_runs_is_followed()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);
        await client.GetAccountAsync(Alice, CancellationToken.None);

        chain.Height = 20;
        chain.SealHeights = 10;
        chain.Epoch = 2;

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
        Assert.Equal(new Epoch(2), client.Reads.Validators!.Epoch);
    }

    [Theory]
    [InlineData("another set than the header names")]
    [InlineData("a seal of another epoch")]
    [InlineData("no base64")]
    public async Task A_gateway_whose_seals_do_not_follow_is_a_forger(string misdeed)
    {
        HandMadeChain chain = Funded(new HandMadeChain { Epoch = 2, Seal = seal => Forged(misdeed, seal) });
        HandMadeChain honest = Funded(new HandMadeChain { Epoch = 2 });
        await using FakeGateway forger = await FakeGateway.StartAsync(chain);
        await using FakeGateway gateway = await FakeGateway.StartAsync(honest);
        if (misdeed == "no base64") forger.OnGet = static route => route == Routes.Seals ? Results.Ok(new SealsAnswer(2, ["!"])) : null;
        await using ClusterClient alone = TestClients.Over(chain, forger);
        await using ClusterClient client = TestClients.Over(chain, forger, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => alone.GetAccountAsync(Alice, CancellationToken.None));
        Assert.StartsWith("SealWrong", Assert.Single(refused.Faults).Reason, StringComparison.Ordinal);
        Assert.Equal(ContactFaultKind.GatewayForged, refused.Faults[0].Kind);
        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
    }

    [Fact]
    public async Task A_gateway_that_keeps_its_seals_back_is_not_believed()
    {
        HandMadeChain chain = Funded(new HandMadeChain { Epoch = 1 });
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnGet = static route => route == Routes.Seals ? Results.Ok(new SealsAnswer(1, [])) : null;
        await using ClusterClient client = TestClients.Over(chain, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.GetAccountAsync(Alice, CancellationToken.None));
        Assert.StartsWith("ForeignValidators", Assert.Single(refused.Faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_proven_once_is_kept_for_the_next_run()
    {
        using TestFolder folder = new();
        HandMadeChain chain = Funded(new HandMadeChain { Epoch = 2 });
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        for (int run = 0; run < 2; run++)
        {
            await using ClusterClient client = TestClients.Over(chain, it => it with { TrustFolder = folder.Path }, gateway.Address);
            Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
        }

        Assert.Equal(1, gateway.SealRequests);
        string file = Assert.Single(Directory.GetFiles(folder.Path));
        await File.WriteAllBytesAsync(file, [1, 2, 3]);
        await using ClusterClient late = TestClients.Over(chain, it => it with { TrustFolder = folder.Path }, gateway.Address);
        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => late.GetAccountAsync(Alice, CancellationToken.None));
        Assert.Equal(ClientFailure.Invalid, refused.Failure);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_histories_stop_the_client_for_ever_with_the_proof_on_its_disk()
    {
        using TestFolder folder = new();
        HandMadeChain one = Funded(new HandMadeChain { Epoch = 1 });
        HandMadeChain other = Funded(new HandMadeChain { Epoch = 1 });
        other.Put(Alice, new AccountRecord(new Amount(9_999), 3));
        await using FakeGateway first = await FakeGateway.StartAsync(one);
        await using FakeGateway second = await FakeGateway.StartAsync(other);
        await using (ClusterClient client = TestClients.Over(one, it => it with { TrustFolder = folder.Path }, first.Address, second.Address))
        {
            ClientException stopped = await Assert.ThrowsAsync<ClientException>(() => client.GetAccountAsync(Alice, CancellationToken.None));
            Assert.Equal(ClientFailure.ChainForked, stopped.Failure);
            Assert.Contains("height", stopped.Message, StringComparison.Ordinal);
        }

        byte[] bytes = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path, "fork-*")));
        Assert.True(ForkProof.TryDecode(bytes, out ForkProof? fork));
        Assert.Equal(ForkVerdict.Accepted, fork!.Verify(one.Genesis.ValidatorSet, one.Chain, TestKeys.Signatures));

        int asked = first.StateRequests;
        await using ClusterClient late = TestClients.Over(one, it => it with { TrustFolder = folder.Path }, first.Address);
        ClientException again = await Assert.ThrowsAsync<ClientException>(() => late.GetAccountAsync(Alice, CancellationToken.None));
        Assert.Equal(ClientFailure.ChainForked, again.Failure);
        Assert.Equal(asked, first.StateRequests);
    }

    private static Seal Forged(string misdeed, Seal seal) => misdeed switch
    {
        "another set than the header names" => seal with { Next = new ValidatorSet(seal.Next.Epoch, [new ValidatorMember(TestKeys.SignerOf("m0").PublicKey, 1)]) },
        "a seal of another epoch" => seal with { Certified = seal.Certified with { Header = seal.Certified.Header with { Epoch = new Epoch(9) } } },
        _ => seal,
    };

    private static HandMadeChain Funded(HandMadeChain chain)
    {
        chain.Put(Alice, new AccountRecord(new Amount(500), 3));
        return chain;
    }
}
