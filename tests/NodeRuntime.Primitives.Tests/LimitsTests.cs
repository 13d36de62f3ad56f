using NodeRuntime.Primitives;

namespace NodeRuntime.Primitives.Tests;

/// <summary>Lines of the list that lean on one another.</summary>
public sealed class LimitsTests
{
    // Index and signature of a validator: an array of two, an index of up to two bytes, 65 bytes with their head.
    private const int SignerBytesMax = 1 + 3 + 67;

    // A slot, a value and the head.
    private const int CertificateBytesMax = 64 + (Limits.ValidatorsMax * SignerBytesMax);

    // Second, root and events with their heads, and the head of the record. The body's bytes are those of its transactions.
    private const int CalendarEntryBytesMax = 16 + (Limits.CalendarSecondsPerBlockMax * (1 + 9 + 34 + 9));

    [Fact]
    public void A_block_with_its_certificates_fits_a_frame() =>
        Assert.True(Limits.BlockBytesMax + 1024 + (2 * CertificateBytesMax) <= Limits.FrameBytesMax);

    // What a third of the weight can do at once is punished at once.
    [Fact]
    public void A_block_with_a_full_body_justification_and_evidence_fits_a_frame()
    {
        Assert.True(3 * Limits.BlockEvidenceMax > Limits.ValidatorsMax);
        Assert.True(
            Limits.BlockBytesMax + 4096 + CalendarEntryBytesMax + ((1 + Limits.JustificationSkipsMax) * 67 * 71) + Limits.BlockEvidenceBytesMax <= Limits.FrameBytesMax);
    }

    [Fact]
    public void An_entry_of_the_calendar_fits_where_a_transaction_does() =>
        Assert.True(CalendarEntryBytesMax <= Limits.TransactionBytesMax && Limits.BlockPartsMax > Limits.BlockTransactionsMax);

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
    public void Answers_with_bodies_fit_a_frame_and_hold_at_least_one() =>
        Assert.True(Limits.TransactionBatchBytesMax >= Limits.TransactionBytesMax
            && Limits.ProposalBatchBytesMax >= Limits.TransactionBytesMax
            && Limits.ProposalBatchBytesMax + (Limits.BlockTransactionsMax * 16) <= Limits.FrameBytesMax);

    [Fact]
    public void A_genesis_with_every_allocation_and_validator_fits()
    {
        const int AllocationBytes = 1 + 34 + 17 + 17;
        const int ValidatorBytes = 1 + 36 + 9;
        const int HeadBytes = 1024;
        Assert.True(
            HeadBytes + (Limits.GenesisAllocationsMax * AllocationBytes) + (Limits.ValidatorsMax * ValidatorBytes)
            <= Limits.GenesisBytesMax);
    }

    // Else an owner could ask for a job whose receipt its provider cannot make.
    [Fact]
    public void The_largest_receipt_fits_and_so_does_its_frame()
    {
        const int FileBytes = 1 + 3 + (3 * Limits.FileNameCharactersMax) + 1 + 34 + 9;
        const int TextHeadBytes = 2 * Limits.JobArgumentsMax * 3;
        const int SpecBytes = 2048 + Limits.JobSpecTextBytesMax + TextHeadBytes + (Limits.JobInputsMax * FileBytes);
        const int ResultBytes = 512 + (Limits.JobOutputsMax * FileBytes);
        const int StatementBytes = 1024 + (Limits.JobInputsMax * 34);
        const int StateProofBytes = 512 + (Limits.StateProofStepsMax * (1 + 3 + 34));
        const int OrderAndLeaseBytes = 2048;
        const int Evidence = Limits.GenesisBytesMax + CertificateBytesMax + 1024 + (2 * StateProofBytes) + OrderAndLeaseBytes;
        Assert.True(Evidence + SpecBytes + ResultBytes + StatementBytes <= Limits.ReceiptBytesMax);
        Assert.True(Limits.ReceiptBytesMax + 1024 <= Limits.FrameBytesMax);
    }

    [Fact]
    public void A_state_proof_has_a_step_for_every_bit_of_a_key() => Assert.Equal(33 * 8, Limits.StateProofStepsMax);

    [Fact]
    public void The_longest_lease_ends_within_32_bits_of_seconds() =>
        Assert.True(Limits.LeaseSecondsMax < uint.MaxValue / 2);
}
