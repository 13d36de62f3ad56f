using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Http;
using NodeRuntime.Client.Tests.Support;
using NodeRuntime.Client.Transactions;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Client.Tests.Transactions;

public sealed class TransactionTests
{
    private static readonly AccountId Owner = TestKeys.AccountOf(TestClients.Owner);
    private static readonly AccountId Bob = TestKeys.AccountOf("bob");

    [Fact]
    public async Task A_transfer_returns_when_the_ledger_shows_it()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = bytes => Apply(chain, bytes);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        SubmittedTransaction sent = await client.TransferAsync(Bob, new Amount(5), CancellationToken.None);

        Assert.Equal(3UL, sent.Sequence);
        Assert.Equal(new Message.Transfer(Bob, new Amount(5)), Assert.Single(sent.Transaction.Messages));
        Assert.Equal(chain.Genesis.Parameters.TransactionFee, sent.Transaction.FeeMax);
        Assert.Equal(sent.Bytes, Assert.Single(gateway.Posted));
    }

    [Fact]
    public async Task A_lost_answer_is_retried_with_the_same_bytes()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway losing = await FakeGateway.StartAsync(chain);
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        // It takes the transaction and then fails to say so.
        losing.OnPost = bytes =>
        {
            Apply(chain, bytes);
            return FakeGateway.Error(500, "Lost");
        };
        gateway.OnPost = static _ => FakeGateway.Refused("SequenceTooLow");
        await using ClusterClient client = TestClients.Over(chain, losing, gateway);

        SubmittedTransaction sent = await client.TransferAsync(Bob, new Amount(5), CancellationToken.None);

        Assert.Equal(3UL, sent.Sequence);
        Assert.Equal(sent.Bytes, Assert.Single(losing.Posted));
        Assert.Equal(sent.Bytes, Assert.Single(gateway.Posted));
    }

    [Fact]
    public async Task A_transaction_that_the_pool_knows_is_a_success_once_the_ledger_shows_it()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = bytes =>
        {
            Apply(chain, bytes);
            return FakeGateway.Refused("AlreadyKnown");
        };
        await using ClusterClient client = TestClients.Over(chain, gateway);

        Assert.Equal(3UL, (await client.TransferAsync(Bob, new Amount(5), CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task A_number_that_another_of_ours_holds_is_passed_over()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = bytes => SequenceOf(bytes) == 3 ? FakeGateway.Refused("SequenceTaken") : Apply(chain, bytes);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        Assert.Equal(4UL, (await client.TransferAsync(Bob, new Amount(5), CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task Transactions_under_way_do_not_wait_for_each_others_blocks()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        int count = 0;
        // Nothing is on the ledger before the third has come.
        gateway.OnPost = bytes => Interlocked.Increment(ref count) < 3 ? FakeGateway.Accepted() : Apply(chain, bytes);
        await using ClusterClient client = TestClients.Over(chain, gateway);

        SubmittedTransaction[] sent = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => client.TransferAsync(Bob, new Amount(5), CancellationToken.None)));

        Assert.Equal([3UL, 4UL, 5UL], sent.Select(static one => one.Sequence).Order());
    }

    [Fact]
    public async Task A_refusal_carries_the_ledgers_own_word()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = static _ => FakeGateway.Refused("Accounts.BalanceTooLow");
        await using ClusterClient client = TestClients.Over(chain, gateway);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.TransferAsync(Bob, new Amount(5), CancellationToken.None));

        Assert.Equal(ClientFailure.Refused, refused.Failure);
        Assert.Equal("Accounts.BalanceTooLow", refused.Code);
        Assert.Contains("faucet", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_gateways_no_is_not_the_ledgers()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway refusing = await FakeGateway.StartAsync(chain);
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        refusing.OnPost = static _ => FakeGateway.Refused("FeeTooLow");
        gateway.OnPost = bytes => Apply(chain, bytes);
        await using ClusterClient client = TestClients.Over(chain, refusing, gateway);

        Assert.Equal(3UL, (await client.TransferAsync(Bob, new Amount(5), CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task A_gateway_that_takes_and_forgets_is_not_the_end()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway forgetful = await FakeGateway.StartAsync(chain);
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = bytes => Apply(chain, bytes);
        await using ClusterClient client = TestClients.Over(chain, forgetful, gateway);

        SubmittedTransaction sent = await client.TransferAsync(Bob, new Amount(5), CancellationToken.None);

        Assert.Equal(sent.Bytes, Assert.Single(forgetful.Posted));
        Assert.Equal(sent.Bytes, Assert.Single(gateway.Posted));
    }

    [Fact]
    public async Task What_never_comes_to_the_ledger_ends_in_a_named_time_out()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        await using ClusterClient client = TestClients.Over(chain, static it => it with { ConfirmWithin = TimeSpan.FromMilliseconds(200) }, gateway.Address);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => client.TransferAsync(Bob, new Amount(5), CancellationToken.None));

        Assert.Equal(ClientFailure.TimedOut, refused.Failure);
    }

    [Fact]
    public async Task A_payment_after_one_whose_gateways_were_lost_takes_its_number_and_waits_for_nothing()
    {
        HandMadeChain chain = Funded(new HandMadeChain());
        await using FakeGateway gateway = await FakeGateway.StartAsync(chain);
        gateway.OnPost = _ =>
        {
            gateway.OnGet = static _ => FakeGateway.Error(503, "Stopping");
            return FakeGateway.Accepted();
        };
        await using ClusterClient client = TestClients.Over(chain, gateway);
        ClientException lost = await Assert.ThrowsAsync<ClientException>(() => client.TransferAsync(Bob, new Amount(5), CancellationToken.None));
        Assert.Equal(ClientFailure.Unreachable, lost.Failure);

        gateway.OnGet = static _ => null;
        gateway.OnPost = bytes => Apply(chain, bytes);
        SubmittedTransaction sent = await client.TransferAsync(Bob, new Amount(7), CancellationToken.None);

        Assert.Equal(3UL, sent.Sequence);
    }

    private static HandMadeChain Funded(HandMadeChain chain)
    {
        chain.Put(Owner, new AccountRecord(new Amount(500_000), 3));
        return chain;
    }

    private static IResult Apply(HandMadeChain chain, byte[] bytes)
    {
        chain.Put(Owner, new AccountRecord(new Amount(400_000), SequenceOf(bytes) + 1));
        return FakeGateway.Accepted();
    }

    private static ulong SequenceOf(byte[] bytes)
    {
        Assert.True(Transaction.TryDecode(bytes, out Transaction? transaction));
        return transaction!.Sequence;
    }
}
