using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

/// <summary>Lines of the list that lean on one another.</summary>
public sealed class LimitsTests
{
    // Index and signature of a validator: an array of two, an index of up to two bytes, 65 bytes with their head.
    private const int SignerBytesMax = 1 + 3 + 67;

    // A slot, a value and the head.
    private const int CertificateBytesMax = 64 + (Limits.ValidatorsMax * SignerBytesMax);

    [Fact]
    public void A_block_with_its_certificates_fits_a_frame() =>
        Assert.True(Limits.BlockBytesMax + 1024 + (2 * CertificateBytesMax) <= Limits.FrameBytesMax);

    [Fact]
    public void A_block_holds_many_transactions_of_any_size() =>
        Assert.True(Limits.BlockBytesMax >= 32 * Limits.TransactionBytesMax);

    [Fact]
    public void A_full_mempool_of_ordinary_transactions_fits_its_bytes() =>
        Assert.True(Limits.MempoolBytesMax >= Limits.MempoolTransactionsMax * 1024);

    [Fact]
    public void A_sender_cannot_fill_the_mempool() =>
        Assert.True(Limits.MempoolTransactionsPerSenderMax * 100 <= Limits.MempoolTransactionsMax);

    [Fact]
    public void A_genesis_with_every_allocation_and_validator_fits_and_so_does_its_receipt()
    {
        const int AllocationBytes = 1 + 34 + 17 + 17;
        const int ValidatorBytes = 1 + 36 + 9;
        const int Genesis = 1024 + (Limits.GenesisAllocationsMax * AllocationBytes) + (Limits.ValidatorsMax * ValidatorBytes);
        Assert.True(Genesis <= Limits.GenesisBytesMax);

        const int Specification = 2 * Limits.JobArgumentsMax * 100;
        const int Proofs = 2 * (Limits.StateValueBytesMax + (Limits.StateProofStepsMax * 40));
        Assert.True(Limits.GenesisBytesMax + CertificateBytesMax + Proofs + Specification <= Limits.ReceiptBytesMax);
    }

    [Fact]
    public void A_state_proof_has_a_step_for_every_bit_of_a_key() => Assert.Equal(33 * 8, Limits.StateProofStepsMax);

    [Fact]
    public void The_longest_lease_ends_within_32_bits_of_seconds() =>
        Assert.True(Limits.LeaseSecondsMax < uint.MaxValue / 2);
}
