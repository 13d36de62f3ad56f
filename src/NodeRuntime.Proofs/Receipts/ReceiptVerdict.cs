namespace NodeRuntime.Proofs.Receipts;

/// <summary>What a receipt shows, and then why it shows nothing, in the order of the checks.</summary>
public enum ReceiptVerdict
{
    /// <summary>Everything holds, on the chain that the verifier trusts.</summary>
    Accepted,

    /// <summary>Everything holds on the chain that the receipt itself names; no trusted genesis hash was given. Never a yes.</summary>
    Inconclusive,

    /// <summary>Not a receipt in its one canonical encoding.</summary>
    Malformed,

    /// <summary>The genesis is not the trusted one, or the statement speaks of another chain.</summary>
    WrongChain,

    /// <summary>The genesis has the right hash but is no genesis document.</summary>
    GenesisMalformed,

    /// <summary>The seals do not lead from the genesis on: one is missing, out of order, or not its set's.</summary>
    SetProofWrong,

    /// <summary>The certificate is no finalization of this header.</summary>
    HeaderNotCertified,

    /// <summary>Signed in another epoch than the seals lead to, or by validators who are not of it.</summary>
    ForeignValidatorSet,
    BelowQuorum,
    CertificateSignatureWrong,

    /// <summary>Order or lease is not proven under the header's state root, or what is proven is not such a record.</summary>
    StateProofWrong,

    /// <summary>The statement differs from the lease on the ledger.</summary>
    LeaseMismatch,

    /// <summary>The order on the ledger is not this lease's, or the price is above its cap.</summary>
    OrderMismatch,

    /// <summary>The specification is not the one committed to in the order.</summary>
    SpecCommitmentWrong,

    /// <summary>The statement differs from the specification.</summary>
    SpecMismatch,

    /// <summary>The result is not the one committed to in the lease.</summary>
    ResultCommitmentWrong,

    /// <summary>The statement differs from the result.</summary>
    ResultMismatch,

    /// <summary>The hand-over on the ledger is not of this lease, specification, owner and provider.</summary>
    HandOverWrong,

    /// <summary>The key of owner or provider does not name its account.</summary>
    HandOverKeyForeign,

    /// <summary>The signature of owner or provider under the hand-over is wrong.</summary>
    HandOverSignatureWrong,

    /// <summary>Not paid out, or seconds, price, deposit, payment and refund do not add up, or the statement differs.</summary>
    SettlementInconsistent,

    /// <summary>All of it is on the ledger, but the provider has not put its name under the statement.</summary>
    ProviderSignatureMissing,
    ProviderSignatureWrong,
}
