using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Chain;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Light;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Receipts;

/// <summary>
/// Verifies a receipt offline, trusting a genesis hash and nothing else. What a good one proves: these validators agreed
/// that this owner's order was leased to this provider, handed over by both, answered with this result and paid like
/// this; and the provider says so itself. What it does not prove: that the result is what the program computes. Whoever
/// wants to know runs the job again and compares the result's hash.
/// </summary>
public static class ReceiptVerifier
{
    public static ReceiptVerdict Verify(ReadOnlyMemory<byte> bytes, ChainId? trusted, ISignatureVerifier signatures) =>
        Verify(bytes, trusted, signatures, out _);

    /// <param name="trusted">The genesis hash; null where the verifier has none, and then the best answer is Inconclusive.</param>
    /// <param name="receipt">What the bytes say, also where it is not to be believed; null only where they are malformed.</param>
    public static ReceiptVerdict Verify(
        ReadOnlyMemory<byte> bytes, ChainId? trusted, ISignatureVerifier signatures, out JobReceipt? receipt)
    {
        if (!JobReceipt.TryDecode(bytes, out receipt)) return ReceiptVerdict.Malformed;
        ReceiptVerdict verdict = CheckChain(receipt!, trusted, out Genesis? genesis);
        if (verdict != ReceiptVerdict.Accepted) return verdict;
        verdict = CheckBlock(receipt!, genesis!, signatures);
        if (verdict != ReceiptVerdict.Accepted) return verdict;
        if (ProvenRecords(receipt!) is not var (lease, order)) return ReceiptVerdict.StateProofWrong;
        verdict = CheckJob(receipt!, lease, order);
        if (verdict != ReceiptVerdict.Accepted) return verdict;
        verdict = CheckHandOver(receipt!, lease, signatures);
        if (verdict != ReceiptVerdict.Accepted) return verdict;
        if (!IsSettled(receipt!.Statement, lease, order)) return ReceiptVerdict.SettlementInconsistent;
        verdict = CheckProvider(receipt, signatures);
        if (verdict != ReceiptVerdict.Accepted) return verdict;
        return trusted is null ? ReceiptVerdict.Inconclusive : ReceiptVerdict.Accepted;
    }

    private static ReceiptVerdict CheckChain(JobReceipt receipt, ChainId? trusted, out Genesis? genesis)
    {
        genesis = null;
        ChainId named = new(Hasher.Tagged(HashDomain.Genesis, receipt.Evidence.Genesis.Span));
        if (trusted is { } chain && chain != named) return ReceiptVerdict.WrongChain;
        if (receipt.Statement.Chain != named) return ReceiptVerdict.WrongChain;
        return Genesis.TryDecode(receipt.Evidence.Genesis, out genesis) ? ReceiptVerdict.Accepted : ReceiptVerdict.GenesisMalformed;
    }

    private static ReceiptVerdict CheckBlock(JobReceipt receipt, Genesis genesis, ISignatureVerifier signatures)
    {
        ChainId chain = receipt.Statement.Chain;
        SealVerdict sets = receipt.Evidence.Sets.Verify(genesis.ValidatorSet, chain, signatures, out ValidatorSet? validators);
        if (sets != SealVerdict.Accepted || validators is null) return ReceiptVerdict.SetProofWrong;
        return CertifiedHeaderRules.Check(receipt.Evidence.Block, chain, validators, signatures) switch
        {
            CertifiedHeaderVerdict.Accepted => ReceiptVerdict.Accepted,
            CertifiedHeaderVerdict.WrongChain => ReceiptVerdict.HeaderNotCertified,
            CertifiedHeaderVerdict.NotFinalized => ReceiptVerdict.HeaderNotCertified,
            CertifiedHeaderVerdict.ForeignValidators => ReceiptVerdict.ForeignValidatorSet,
            CertifiedHeaderVerdict.BelowQuorum => ReceiptVerdict.BelowQuorum,
            CertifiedHeaderVerdict.SignatureWrong => ReceiptVerdict.CertificateSignatureWrong,
        };
    }

    // The statement names the keys to look under; the header's state root says what stands there.
    private static (LeaseRecord Lease, OrderRecord Order)? ProvenRecords(JobReceipt receipt)
    {
        Hash256 root = receipt.Evidence.Block.Header.ParentStateRoot;
        StateProofVerdict leaseVerdict =
            receipt.Evidence.Lease.Verify(root, StateKeys.Lease(receipt.Statement.Lease), out ReadOnlyMemory<byte> leaseBytes);
        StateProofVerdict orderVerdict =
            receipt.Evidence.Order.Verify(root, StateKeys.Order(receipt.Statement.Order), out ReadOnlyMemory<byte> orderBytes);
        if (leaseVerdict != StateProofVerdict.Included || orderVerdict != StateProofVerdict.Included) return null;
        WireReader leaseReader = new(leaseBytes);
        LeaseRecord lease = LeaseRecord.Read(leaseReader);
        WireReader orderReader = new(orderBytes);
        OrderRecord order = OrderRecord.Read(orderReader);
        return leaseReader.Succeeded && orderReader.Succeeded ? (lease, order) : null;
    }

    private static ReceiptVerdict CheckJob(JobReceipt receipt, LeaseRecord lease, OrderRecord order)
    {
        JobStatement said = receipt.Statement;
        JobSpec spec = receipt.Evidence.Spec;
        JobResult result = receipt.Evidence.Result;
        JobStatement derived = JobStatement.Of(said.Chain, said.Lease, lease, order, spec, result);

        if (said.Order != derived.Order || said.Owner != derived.Owner || said.Provider != derived.Provider)
        {
            return ReceiptVerdict.LeaseMismatch;
        }

        if (order.Owner != lease.Owner || lease.PricePerSecond > order.Terms.PricePerSecondMax) return ReceiptVerdict.OrderMismatch;
        if (said.SpecCommitment != derived.SpecCommitment) return ReceiptVerdict.OrderMismatch;

        if (spec.Commitment != order.Terms.SpecCommitment) return ReceiptVerdict.SpecCommitmentWrong;
        if (said.SpecVersion != derived.SpecVersion || said.Module != derived.Module) return ReceiptVerdict.SpecMismatch;
        if (said.StandardInput != derived.StandardInput) return ReceiptVerdict.SpecMismatch;
        if (!said.Inputs.AsSpan().SequenceEqual(derived.Inputs.AsSpan())) return ReceiptVerdict.SpecMismatch;

        if (result.Commitment != lease.ResultCommitment) return ReceiptVerdict.ResultCommitmentWrong;
        if (said.Result != derived.Result || said.Outcome != derived.Outcome || said.ExitCode != derived.ExitCode)
        {
            return ReceiptVerdict.ResultMismatch;
        }

        if (said.FuelUsed != derived.FuelUsed || said.FuelSchedule != derived.FuelSchedule) return ReceiptVerdict.ResultMismatch;
        return ReceiptVerdict.Accepted;
    }

    private static ReceiptVerdict CheckHandOver(JobReceipt receipt, LeaseRecord lease, ISignatureVerifier signatures)
    {
        JobStatement said = receipt.Statement;
        HandOver handOver = new(said.Lease, said.SpecCommitment, lease.Owner, lease.Provider);
        Hash256 digest = handOver.Digest(said.Chain);
        if (lease.HandOver != digest || said.HandOver != digest) return ReceiptVerdict.HandOverWrong;
        if (!Names(receipt.Evidence.OwnerKey, lease.Owner)) return ReceiptVerdict.HandOverKeyForeign;
        if (!Names(receipt.ProviderKey, lease.Provider)) return ReceiptVerdict.HandOverKeyForeign;
        SignatureVerdict owner = signatures.Verify(receipt.Evidence.OwnerKey, digest, receipt.Evidence.OwnerSignature);
        SignatureVerdict provider = signatures.Verify(receipt.ProviderKey, digest, receipt.Evidence.ProviderSignature);
        return owner == SignatureVerdict.Accepted && provider == SignatureVerdict.Accepted
            ? ReceiptVerdict.Accepted
            : ReceiptVerdict.HandOverSignatureWrong;
    }

    // The ledger's rule of payment, done again: begun seconds, at least one, at most what the order allows.
    private static bool IsSettled(JobStatement said, LeaseRecord lease, OrderRecord order)
    {
        if (lease.State != LeaseState.Settled || order.State != OrderState.Completed) return false;
        if (said.ReadyAt != lease.ReadyAt || said.ResultAt != lease.ResultAt) return false;
        if (said.PricePerSecond != lease.PricePerSecond || said.ChargedSeconds != lease.ChargedSeconds) return false;
        if (said.Paid != lease.Paid || said.Refunded != lease.Refunded || said.Penalty != lease.Penalty) return false;

        if (lease.ReadyAt < Instant.Epoch || lease.ResultAt < lease.ReadyAt || order.Terms.SecondsMax == 0) return false;
        const long MicrosecondsPerSecond = 1_000_000;
        (long whole, long rest) = Math.DivRem((lease.ResultAt - lease.ReadyAt).Microseconds, MicrosecondsPerSecond);
        long begun = whole + (rest > 0 ? 1 : 0);
        if (lease.ChargedSeconds != (uint)Math.Clamp(begun, 1, order.Terms.SecondsMax)) return false;

        if (!Amount.TryMultiply(lease.PricePerSecond, lease.ChargedSeconds, out Amount price) || lease.Paid != price) return false;
        if (!Amount.TryMultiply(order.Terms.PricePerSecondMax, order.Terms.SecondsMax, out Amount deposit)) return false;
        if (!Amount.TryAdd(lease.Paid, lease.Refunded, out Amount returned) || returned != deposit) return false;
        return lease.Penalty == Amount.Zero;
    }

    private static ReceiptVerdict CheckProvider(JobReceipt receipt, ISignatureVerifier signatures)
    {
        if (receipt.ProviderSignature is not { } signature) return ReceiptVerdict.ProviderSignatureMissing;
        return signatures.Verify(receipt.ProviderKey, receipt.SigningDigest, signature) == SignatureVerdict.Accepted
            ? ReceiptVerdict.Accepted
            : ReceiptVerdict.ProviderSignatureWrong;
    }

    private static bool Names(in PublicKey key, AccountId account) => KeyPolicy.Single(key).ToAccountId() == account;
}
