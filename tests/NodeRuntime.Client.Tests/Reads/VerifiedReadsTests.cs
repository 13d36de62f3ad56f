using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Api;
using NodeRuntime.Client.Contacts;
using NodeRuntime.Client.Reads;
using NodeRuntime.Client.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Client.Tests.Reads;

public sealed class VerifiedReadsTests
{
    private static readonly AccountId Alice = TestKeys.AccountOf("alice");
    private static readonly AccountId Bob = TestKeys.AccountOf("bob");

    private static readonly SortedDictionary<string, (Func<HandMadeChain> Make, string Reason)> Forgers = new(StringComparer.Ordinal)
    {
        ["a balance that the proof does not hold"] = (() => new HandMadeChain { Proof = Richer }, "ProofWrong"),
        ["a proof with one bit flipped"] = (() => new HandMadeChain { Proof = Flipped }, "ProofWrong"),
        ["the proof of another account"] = (() => new HandMadeChain { Asked = static _ => StateKeys.Account(Bob) }, "ProofWrong"),
        ["validators that the genesis does not know"] = (() => new HandMadeChain { Signers = ["m0", "m1", "m2"] }, "SignatureWrong"),
        ["more validators than there are"] = (() => new HandMadeChain { Signers = ["v0", "v1", "v2", "v3", "v4"] }, "ForeignValidators"),
        ["a certificate below the quorum"] = (() => new HandMadeChain { Signers = ["v0", "v1"] }, "BelowQuorum"),
        ["a height that was raised after it was certified"] =
            (() => new HandMadeChain { CertifiedHeader = static it => it with { Height = new Height(1_000_000) } }, "NotFinalized"),
        ["a state root that was changed after it was certified"] =
            (() => new HandMadeChain { CertifiedHeader = static it => it with { ParentStateRoot = Hash256.Zero } }, "NotFinalized"),
        ["a header of another chain"] =
            (() => new HandMadeChain { Header = static it => it with { Chain = new ChainId(Hasher.Sha256("other"u8)) } }, "WrongChain"),
        ["a notarization in place of a finalization"] =
            (() => new HandMadeChain { Slot = static it => it with { Kind = Proofs.Chain.VoteKind.Notarize } }, "NotFinalized"),
        ["a finalization of another view"] = (() => new HandMadeChain { Slot = static it => it with { View = new View(1) } }, "NotFinalized"),
        ["another epoch's word"] = (() => new HandMadeChain { Header = static it => it with { Epoch = new Epoch(7) } }, "ForeignValidators"),
        ["what is not base64"] = (() => new HandMadeChain { Answer = static it => it with { Proof = "!" } }, "Malformed"),
        ["bytes behind the header"] =
            (() => new HandMadeChain { Answer = static it => it with { CertifiedHeader = WithBytesBehind(it.CertifiedHeader) } }, "Malformed"),
        ["nothing at all"] = (() => new HandMadeChain { Answer = static _ => new StateAnswer(null!, null!) }, "Malformed"),
    };

    public static TheoryData<string> Misdeeds => [.. Forgers.Keys];

    [Fact]
    public async Task A_balance_is_read_with_its_proof()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        ProvenRecord<AccountRecord> read = await client.Reads.AccountAsync(Alice, CancellationToken.None);

        Assert.Equal(new AccountRecord(new Amount(500), 3), read.Record);
        Assert.Equal(new Height(9), read.Height);
        Assert.Equal(new Height(9), client.Reads.HeightSeen);
    }

    [Fact]
    public async Task An_account_that_was_never_used_is_proven_absent()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        Assert.Null((await client.Reads.AccountAsync(TestKeys.AccountOf("nobody"), CancellationToken.None)).Record);
        Assert.Equal(AccountRecord.Empty, await client.GetAccountAsync(TestKeys.AccountOf("nobody"), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(Misdeeds))]
    public async Task A_gateway_that_forges_is_refused_by_name_and_the_next_is_asked(string misdeed)
    {
        HandMadeChain honest = Funded(new HandMadeChain());
        await using FakeGateway forger = await FakeGateway.StartAsync(Funded(Forgers[misdeed].Make()));
        await using FakeGateway gateway = await FakeGateway.StartAsync(honest);
        await using ClusterClient client = TestClients.Over(honest, forger, gateway);

        ProvenRecord<AccountRecord> first = await client.Reads.AccountAsync(Alice, CancellationToken.None);
        ProvenRecord<AccountRecord> second = await client.Reads.AccountAsync(Alice, CancellationToken.None);

        Assert.Equal(new Amount(500), first.Record!.Balance);
        Assert.Equal(new Amount(500), second.Record!.Balance);
        Assert.Equal(1, forger.StateRequests);
    }

    [Theory]
    [MemberData(nameof(Misdeeds))]
    public async Task Where_every_gateway_forges_the_error_names_each_and_why(string misdeed)
    {
        (Func<HandMadeChain> make, string reason) = Forgers[misdeed];
        await using FakeGateway one = await FakeGateway.StartAsync(Funded(make()));
        await using FakeGateway other = await FakeGateway.StartAsync(Funded(make()));
        await using ClusterClient client = TestClients.Over(new HandMadeChain(), one, other);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.Reads.AccountAsync(Alice, CancellationToken.None));

        Assert.Equal(ClientFailure.GatewayForged, refused.Failure);
        Assert.Equal([one.Address, other.Address], refused.Faults.Select(static fault => fault.Address));
        Assert.All(refused.Faults, fault => Assert.Equal(ContactFaultKind.GatewayForged, fault.Kind));
        Assert.All(refused.Faults, fault => Assert.StartsWith(reason, fault.Reason, StringComparison.Ordinal));
        Assert.Contains(one.Address.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_of_another_chain_is_named_so()
    {
        HandMadeChain other = Funded(new HandMadeChain("another"));
        await using FakeGateway gateway = await FakeGateway.StartAsync(other);
        await using ClusterClient client = TestClients.Over(new HandMadeChain(), gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.Reads.AccountAsync(Alice, CancellationToken.None));

        Assert.Equal(ClientFailure.WrongChain, refused.Failure);
        Assert.Contains(other.Chain.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_older_than_the_bound_is_stale_and_no_forgery()
    {
        HandMadeChain old = Funded(new HandMadeChain { Header = static it => it with { Time = it.Time - Duration.FromSeconds(61) } });
        await using FakeGateway gateway = await FakeGateway.StartAsync(old);
        await using ClusterClient client = TestClients.Over(old, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.Reads.AccountAsync(Alice, CancellationToken.None));

        Assert.Equal(ContactFaultKind.Stale, Assert.Single(refused.Faults).Kind);
        Assert.Equal(ClientFailure.Unreachable, refused.Failure);
    }

    [Fact]
    public async Task A_header_from_the_future_is_refused()
    {
        HandMadeChain early = Funded(new HandMadeChain { Header = static it => it with { Time = it.Time + Duration.FromSeconds(120) } });
        await using FakeGateway gateway = await FakeGateway.StartAsync(early);
        await using ClusterClient client = TestClients.Over(early, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.Reads.AccountAsync(Alice, CancellationToken.None));

        Assert.StartsWith("FromTheFuture", Assert.Single(refused.Faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heights_never_go_back_within_a_client()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);
        await client.Reads.AccountAsync(Alice, CancellationToken.None);

        chain.Height = 8;
        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.Reads.AccountAsync(Alice, CancellationToken.None));

        Assert.Equal(ContactFaultKind.Behind, Assert.Single(refused.Faults).Kind);
        Assert.Equal(new Height(9), client.Reads.HeightSeen);
    }

    [Fact]
    public async Task A_gateway_that_shows_an_old_state_is_found_out_by_a_second_one()
    {
        HandMadeChain old = Funded(new HandMadeChain());
        HandMadeChain young = Funded(new HandMadeChain());
        young.Height = 40;
        young.Put(Alice, new AccountRecord(new Amount(2), 4));
        await using FakeGateway hiding = await FakeGateway.StartAsync(old);
        await using FakeGateway honest = await FakeGateway.StartAsync(young);
        await using ClusterClient client = TestClients.Over(young, hiding, honest);

        ProvenRecord<AccountRecord> read = await client.Reads.AccountAsync(Alice, CancellationToken.None);

        Assert.Equal(new Amount(2), read.Record!.Balance);
        Assert.Equal(new Height(40), read.Height);
        Assert.Equal(1, hiding.StateRequests);
    }

    [Fact]
    public async Task A_witness_that_is_silent_or_forges_costs_an_answer_nothing()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using FakeGateway forger = await FakeGateway.StartAsync(Funded(new HandMadeChain { Signers = ["v0", "v1"] }));
        FakeGateway dead = await FakeGateway.StartAsync(chain);
        await dead.DisposeAsync();
        await using ClusterClient client = TestClients.Over(chain, gateway, dead, forger);

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
        Assert.Equal(1, forger.StateRequests);
    }

    [Fact]
    public async Task A_dead_gateway_is_passed_over_and_then_left_alone()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        FakeGateway dying = await FakeGateway.StartAsync(chain);
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, dying, gateway);
        await client.Reads.AccountAsync(Alice, CancellationToken.None);
        int asWitness = gateway.StateRequests;
        Assert.Equal(1, asWitness);

        await dying.DisposeAsync();

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
        Assert.Equal(asWitness + 1, gateway.StateRequests);
    }

    [Fact]
    public async Task A_gateway_that_hangs_costs_its_time_out_and_no_more()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        Uri hanging = new($"http://{silent.LocalEndpoint}");
        await using ClusterClient client = TestClients.Over(
            chain, static it => it with { RequestTimeout = TimeSpan.FromMilliseconds(200) }, hanging, gateway.Address);

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
    }

    [Fact]
    public async Task A_busy_gateway_is_asked_again()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        int refusals = 2;
        gateway.OnGet = _ => Interlocked.Decrement(ref refusals) >= 0 ? FakeGateway.Error(503, "NotSynced") : null;
        await using ClusterClient client = TestClients.Over(chain, gateway);

        Assert.Equal(new Amount(500), (await client.GetAccountAsync(Alice, CancellationToken.None)).Balance);
    }

    [Fact]
    public async Task Waiting_in_vain_names_what_was_waited_for()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.WaitForAsync<AccountRecord>(
            "a balance of 501",
            async stop => await client.GetAccountAsync(Alice, stop) is { } account && account.Balance > new Amount(500) ? account : null,
            TimeSpan.FromMilliseconds(100),
            CancellationToken.None));

        Assert.Equal(ClientFailure.TimedOut, refused.Failure);
        Assert.Contains("a balance of 501", refused.Message, StringComparison.Ordinal);
    }

    private static HandMadeChain Funded(HandMadeChain chain)
    {
        chain.Put(Alice, new AccountRecord(new Amount(500), 3));
        chain.Put(Bob, new AccountRecord(new Amount(70), 0));
        return chain;
    }

    private static string WithBytesBehind(string base64) => Convert.ToBase64String([.. Convert.FromBase64String(base64), 0, 0, 0]);

    private static StateProof Richer(StateProof proof)
    {
        WireWriter writer = new();
        new AccountRecord(new Amount(5_000_000), 3).Write(writer);
        return proof with { Content = writer.ToArray() };
    }

    private static StateProof Flipped(StateProof proof)
    {
        byte[] sibling = proof.Steps[0].Sibling.ToArray();
        sibling[7] ^= 1;
        return proof with { Steps = proof.Steps.SetItem(0, proof.Steps[0] with { Sibling = new Hash256(sibling) }) };
    }
}
