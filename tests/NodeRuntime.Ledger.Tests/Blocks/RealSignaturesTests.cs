using System;
using NodeRuntime.Crypto;
using NodeRuntime.Ledger.Blocks;
using NodeRuntime.Ledger.State;
using NodeRuntime.Ledger.Tests.Support;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;

namespace NodeRuntime.Ledger.Tests.Blocks;

public sealed class RealSignaturesTests
{
    [Theory]
    [InlineData(KeyAlgorithm.Secp256k1)]
    [InlineData(KeyAlgorithm.P256)]
    public void A_job_is_ordered_run_and_paid_under_real_signatures(KeyAlgorithm algorithm)
    {
        SystemSignatures signatures = SystemSignatures.Open(Entropy(1));
        ISigner owner = signatures.CreateSigner(KeyPair.Generate(algorithm, Entropy(2)));
        ISigner provider = signatures.CreateSigner(KeyPair.Generate(algorithm, Entropy(3)));
        AccountId alice = KeyPolicy.Single(owner.PublicKey).ToAccountId();
        AccountId pat = KeyPolicy.Single(provider.PublicKey).ToAccountId();
        LedgerState state = LedgerState.FromGenesis(GenesisOf(alice, pat, owner.PublicKey));

        state = Next(state, 10, owner, new Message.PlaceOrder(LedgerWorld.Terms));
        OrderId order = StateKeys.OrderOf(alice, 0, 0);
        LeaseId lease = StateKeys.LeaseOf(order, 0);
        state = Next(state, 10, provider, new Message.PlaceBid(order, new Amount(3)));
        Hash256 handOver = new HandOver(lease, LedgerWorld.Spec, alice, pat).Digest(state.Chain);
        Message.ReportReady ready = new(lease, handOver, owner.PublicKey, owner.Sign(handOver));
        state = Next(state, 1_000, provider, ready);
        state = Next(state, 2_000, provider, new Message.ReportResult(lease, Hasher.Sha256([1])));
        state = Next(state, 10, owner, new Message.AcknowledgeResult(lease));

        Assert.Equal(LeaseState.Settled, state.Records.Lease(lease)!.State);
        Assert.Equal(new Amount(6), state.Records.Lease(lease)!.Paid);
        Assert.Equal(AuditVerdict.Sound, LedgerAudit.Run(state));

        LedgerState Next(LedgerState parent, long milliseconds, ISigner signer, Message message)
        {
            ulong sequence = parent.Records.Account(KeyPolicy.Single(signer.PublicKey).ToAccountId()).Sequence;
            Transaction transaction = TransactionBuilder.Sign(
                signer, parent.Chain, sequence, new Amount(1), new Height(1000), [message]);
            BlockContext block = BlockContext.After(parent, parent.Time + Duration.FromMilliseconds(milliseconds));
            BlockOutcome outcome = BlockApplication.Apply(parent, block, [transaction.Encode()], signatures);
            Assert.True(outcome.Verdict == BlockVerdict.Accepted, outcome.ToString());
            return outcome.State!;
        }
    }

    private static Genesis GenesisOf(AccountId alice, AccountId pat, PublicKey validator)
    {
        GenesisAllocation first = new(alice, new Amount(1000), Amount.Zero);
        GenesisAllocation second = new(pat, new Amount(100), new Amount(200));
        return new Genesis
        {
            Name = "real",
            IsDevelopment = true,
            Nonce = Hasher.Sha256([7]),
            Time = Instant.FromMilliseconds(1_000_000),
            Parameters = LedgerWorld.Parameters,
            Validators = [new GenesisValidator(validator, 1)],
            Allocations = alice.CompareTo(pat) < 0 ? [first, second] : [second, first],
        };
    }

    private static byte[] Entropy(ulong seed)
    {
        byte[] bytes = new byte[Math.Max(SystemSignatures.EntropyByteCount, KeyPair.EntropyByteCountMin)];
        new Prng(seed).Fill(bytes);
        return bytes;
    }
}
