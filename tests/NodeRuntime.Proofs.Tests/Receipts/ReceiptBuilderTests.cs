using System;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Receipts;
using NodeRuntime.Proofs.Trees;

namespace NodeRuntime.Proofs.Tests.Receipts;

public sealed class ReceiptBuilderTests
{
    [Fact]
    public void A_draft_from_good_evidence_becomes_a_receipt_when_the_provider_signs()
    {
        ReceiptScenario scenario = new();
        JobReceipt expected = scenario.Make();
        ReceiptVerdict verdict =
            ReceiptBuilder.Draft(expected.Evidence, expected.ProviderKey, scenario.Chain, FakeSignatures.Instance, out JobReceipt? draft);
        Assert.Equal(ReceiptVerdict.Accepted, verdict);
        JobReceipt signed = ReceiptBuilder.Sign(draft!, FakeSignatures.SignerOf("provider"));
        Assert.Equal(expected.Encode(), signed.Encode());
        Assert.Equal(ReceiptVerdict.Accepted, ReceiptVerifier.Verify(signed.Encode(), scenario.Chain, FakeSignatures.Instance));
    }

    [Fact]
    public void Evidence_that_a_verifier_would_refuse_makes_no_draft()
    {
        ReceiptScenario unpaid = new() { Lease = it => it with { State = LeaseState.ResultReported } };
        Refused(ReceiptVerdict.SettlementInconsistent, unpaid, static it => it);
        ReceiptScenario scenario = new();
        Refused(ReceiptVerdict.GenesisMalformed, scenario, static it => it with { Genesis = new byte[3] });
        Refused(ReceiptVerdict.StateProofWrong, scenario, static it => it with { Lease = it.Order });
        Refused(ReceiptVerdict.StateProofWrong, scenario, static it => it with { Lease = StateProof.OfEmpty });
        Refused(ReceiptVerdict.StateProofWrong, scenario, static it => it with { Order = it.Order with { Content = new byte[3] } });
        Refused(ReceiptVerdict.HandOverSignatureWrong, scenario, static it => it with { OwnerSignature = it.ProviderSignature });
        Refused(ReceiptVerdict.SpecCommitmentWrong, scenario, static it => it with { Spec = it.Spec with { Seed = 1 } });
    }

    [Fact]
    public void Another_key_cannot_sign_a_draft()
    {
        JobReceipt draft = new ReceiptScenario().Make() with { ProviderSignature = null };
        Assert.Throws<InvariantException>(() => ReceiptBuilder.Sign(draft, FakeSignatures.SignerOf("stranger")));
    }

    private static void Refused(ReceiptVerdict verdict, ReceiptScenario scenario, Func<JobEvidence, JobEvidence> change)
    {
        JobReceipt receipt = scenario.Make();
        ReceiptVerdict found = ReceiptBuilder.Draft(
            change(receipt.Evidence), receipt.ProviderKey, scenario.Chain, FakeSignatures.Instance, out JobReceipt? draft);
        Assert.Equal(verdict, found);
        Assert.Null(draft);
    }
}
