using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Records;
using NodeRuntime.Proofs.Transactions;
using Xunit;

namespace NodeRuntime.Workload.Tests;

/// <summary>A provider's lease from the order to the receipt, with owners who lie and a machine that crashes.</summary>
public sealed class WorkloadMachineTests
{
    private readonly Provider _provider = new();

    // ---- the market ----

    [Fact]
    public void An_order_is_bid_for_once_and_declined_when_full()
    {
        _provider.Step(new WorkloadInput.StandingChanged(true, true, true));
        OrderId second = new(Hasher.Sha256([1]));
        OrderId third = new(Hasher.Sha256([2]));

        Assert.Equal(
            new Message.PlaceBid(Provider.OrderId, new Amount(1000)),
            _provider.Step(new WorkloadInput.OrderOpened(Provider.OrderId, _provider.Order)).Submits<Message.PlaceBid>());
        Assert.Empty(_provider.Step(new WorkloadInput.OrderOpened(Provider.OrderId, _provider.Order)));
        _provider.Step(new WorkloadInput.OrderOpened(second, _provider.Order)).Submits<Message.PlaceBid>();
        Assert.Equal(
            new WorkloadEffect.Refuse(third, BidVerdict.Full),
            Assert.Single(_provider.Step(new WorkloadInput.OrderOpened(third, _provider.Order))));

        _provider.Step(new WorkloadInput.AuctionEnded(second));
        _provider.Step(new WorkloadInput.OrderOpened(third, _provider.Order)).Submits<Message.PlaceBid>();
    }

    [Theory]
    [InlineData(LeaseState.Settled)]
    [InlineData(LeaseState.Closed)]
    public void A_lease_that_is_over_does_not_count_against_the_next(LeaseState end)
    {
        _provider.Finished();
        Assert.Equal(1, _provider.Machine.LeasesHeld);
        _provider.LedgerSays(end);

        Assert.Equal(0, _provider.Machine.LeasesHeld);
        Assert.Equal(0, _provider.Machine.LeasesRunning);
    }

    [Fact]
    public void A_lease_that_the_ledger_has_forgotten_is_forgotten_with_its_files()
    {
        _provider.Finished().LedgerSays(LeaseState.Settled);

        Assert.Equal(new WorkloadEffect.Remove(Provider.LeaseId), Assert.Single(_provider.Step(new WorkloadInput.LeaseForgotten(Provider.LeaseId))));
        Assert.Equal(JobRefusal.LeaseUnknown, _provider.Say(new JobMessage.WantReceipt(Provider.LeaseId)).Refusal());
        Assert.Empty(_provider.Step(new WorkloadInput.LeaseForgotten(Provider.LeaseId)));
    }

    // ---- the offer ----

    [Fact]
    public void An_offer_is_answered_with_what_is_wanted()
    {
        _provider.LedgerSays(LeaseState.Opened);
        JobMessage.Wanted wanted = _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec())).Says<JobMessage.Wanted>();

        Assert.Equal([new JobPieceProgress(JobPiece.Module, 0), new JobPieceProgress(Provider.InputPiece, 0)], wanted.Pieces.AsEnumerable());
    }

    [Fact]
    public void An_offer_is_refused_for_an_unknown_lease_another_owner_and_another_specification()
    {
        JobMessage offer = new JobMessage.Offer(Provider.LeaseId, Provider.Spec());
        Assert.Equal(JobRefusal.LeaseUnknown, _provider.Say(offer).Refusal());

        _provider.LedgerSays(LeaseState.Opened);
        Assert.Equal(JobRefusal.NotTheOwner, _provider.Say(offer, Provider.StrangerSigner).Refusal());
        Assert.Equal(
            JobRefusal.SpecCommitmentWrong,
            _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec() with { Seed = 2 })).Refusal());
    }

    [Fact]
    public void An_offer_beyond_the_terms_is_refused()
    {
        JobSpec greedy = Provider.Spec() with { FuelMax = 501 };
        _provider.Order = _provider.Order with { Terms = Provider.Terms() with { SpecCommitment = greedy.Commitment } };
        _provider.LedgerSays(LeaseState.Opened);

        Assert.Equal(JobRefusal.SpecExceedsTerms, _provider.Say(new JobMessage.Offer(Provider.LeaseId, greedy)).Refusal());
    }

    // ---- program and inputs ----

    [Theory]
    [InlineData(1, 10)]
    [InlineData(0, 0)]
    [InlineData(0, 101)]
    [InlineData(50, 50)]
    public void A_chunk_out_of_order_empty_or_too_long_is_refused(ulong offset, int length)
    {
        _provider.Offered();
        ImmutableArray<WorkloadEffect> effects = _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, offset, new byte[length]));

        Assert.Equal(JobRefusal.OffsetWrong, effects.Refusal());
        Assert.Single(effects);
    }

    [Fact]
    public void A_chunk_of_a_piece_that_the_specification_does_not_name_is_refused()
    {
        _provider.Offered();
        foreach (JobPiece piece in new[] { JobPiece.StandardInput, JobPiece.Input("b.bin"), JobPiece.Output("a.bin") })
        {
            Assert.Equal(JobRefusal.PieceUnknown, _provider.Say(new JobMessage.Chunk(Provider.LeaseId, piece, 0, new byte[1])).Refusal());
        }
    }

    [Fact]
    public void A_piece_arrives_in_chunks_and_cannot_be_written_again_once_it_is_sealed()
    {
        _provider.Offered();
        _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 0, Provider.Module.AsMemory(0, 60)));
        ImmutableArray<WorkloadEffect> first = _provider.Step(new WorkloadInput.Appended(Provider.LeaseId, JobPiece.Module, 60, StoreVerdict.Accepted));
        Assert.Equal(60UL, first.Says<JobMessage.Received>().Progress.Length);
        Assert.DoesNotContain(first, static effect => effect is WorkloadEffect.Seal);

        _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 60, Provider.Module.AsMemory(60)));
        ImmutableArray<WorkloadEffect> second = _provider.Step(new WorkloadInput.Appended(Provider.LeaseId, JobPiece.Module, 100, StoreVerdict.Accepted));
        Assert.Equal(Provider.ContentOf(Provider.Module), Assert.Single(second.OfType<WorkloadEffect.Seal>()).Content);

        _provider.Step(new WorkloadInput.Sealed(Provider.LeaseId, JobPiece.Module, StoreVerdict.Accepted));
        Assert.Equal(JobRefusal.OffsetWrong, _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 0, new byte[1])).Refusal());
    }

    [Fact]
    public void A_piece_whose_hash_is_wrong_begins_again()
    {
        _provider.Offered();
        _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 0, new byte[100]));
        _provider.Step(new WorkloadInput.Appended(Provider.LeaseId, JobPiece.Module, 100, StoreVerdict.Accepted));

        Assert.Equal(JobRefusal.ContentWrong, _provider.Step(new WorkloadInput.Sealed(Provider.LeaseId, JobPiece.Module, StoreVerdict.ContentWrong)).Refusal());
        Assert.Equal(0UL, _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec())).Says<JobMessage.Wanted>().Pieces[0].Length);
        Assert.Empty(_provider.Upload(JobPiece.Module, Provider.Module));
        _provider.Upload(Provider.InputPiece, Provider.Input).Says<JobMessage.Taken>();
    }

    [Fact]
    public void A_full_disk_is_said_and_the_piece_goes_on_from_what_is_there()
    {
        _provider.Offered();
        _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 0, Provider.Module.AsMemory(0, 60)));
        _provider.Step(new WorkloadInput.Appended(Provider.LeaseId, JobPiece.Module, 60, StoreVerdict.Accepted));
        _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 60, Provider.Module.AsMemory(60)));

        Assert.Equal(JobRefusal.DiskFull, _provider.Step(new WorkloadInput.Appended(Provider.LeaseId, JobPiece.Module, 60, StoreVerdict.DiskFull)).Refusal());
        Assert.Equal(60UL, _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec())).Says<JobMessage.Wanted>().Pieces[0].Length);
    }

    // ---- the hand-over ----

    [Fact]
    public void Taken_is_said_when_all_is_sealed_and_the_record_stands_before_it()
    {
        _provider.Offered();
        Assert.Empty(_provider.Upload(JobPiece.Module, Provider.Module));
        ImmutableArray<WorkloadEffect> effects = _provider.Upload(Provider.InputPiece, Provider.Input);

        Assert.IsType<WorkloadEffect.Persist>(effects[0]);
        JobMessage.Taken taken = effects.Says<JobMessage.Taken>();
        HandOver handOver = new(Provider.LeaseId, Provider.Terms().SpecCommitment, _provider.Lease.Owner, _provider.Lease.Provider);
        Assert.Equal(SignatureVerdict.Accepted, Provider.Verifier.Verify(taken.ProviderKey, handOver.Digest(Provider.Chain), taken.ProviderSignature));
        Assert.DoesNotContain(effects, static effect => effect is WorkloadEffect.StartSandbox);
    }

    [Fact]
    public void Nothing_starts_before_everything_is_here_or_with_a_wrong_signature()
    {
        _provider.Offered();
        Assert.Equal(JobRefusal.NotYet, HandOver(Provider.OwnerSigner).Refusal());

        _provider.Upload(JobPiece.Module, Provider.Module);
        _provider.Upload(Provider.InputPiece, Provider.Input);
        ImmutableArray<WorkloadEffect> wrong = HandOver(Provider.StrangerSigner);
        Assert.Equal(JobRefusal.HandOverSignatureWrong, wrong.Refusal());
        Assert.Single(wrong);

        ImmutableArray<WorkloadEffect> right = HandOver(Provider.OwnerSigner);
        Assert.IsType<WorkloadEffect.Persist>(right[0]);
        Assert.Equal(10U, Assert.Single(right.OfType<WorkloadEffect.StartSandbox>()).SecondsMax);
        Assert.Equal(1, _provider.Machine.LeasesRunning);
        Assert.Empty(HandOver(Provider.OwnerSigner));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_owner_who_closed_the_lease_gets_no_run_for_nothing(bool hasUploaded)
    {
        if (hasUploaded) _provider.Taken();
        else _provider.Offered();
        _provider.LedgerSays(LeaseState.Closed);

        Assert.Equal(JobRefusal.LeaseOver, HandOver(Provider.OwnerSigner).Refusal());
        Assert.Equal(JobRefusal.LeaseOver, _provider.Say(new JobMessage.Chunk(Provider.LeaseId, JobPiece.Module, 0, new byte[10])).Refusal());
        ImmutableArray<WorkloadEffect> again = _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec()));
        Assert.DoesNotContain(again, static effect => effect is WorkloadEffect.Say { Message: JobMessage.Taken });
    }

    [Fact]
    public void An_offer_after_the_end_is_refused()
    {
        _provider.LedgerSays(LeaseState.Opened);
        _provider.LedgerSays(LeaseState.Closed);

        Assert.Equal(JobRefusal.LeaseOver, _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec())).Refusal());
    }

    // ---- the run ----

    [Fact]
    public void Ready_is_reported_once_with_the_owners_signature()
    {
        _provider.Starting();
        Message.ReportReady ready = _provider.Step(new WorkloadInput.SandboxReady(Provider.LeaseId)).Submits<Message.ReportReady>();

        Assert.Equal(Provider.OwnerSigner.PublicKey, ready.OwnerKey);
        Assert.Equal(SignatureVerdict.Accepted, Provider.Verifier.Verify(ready.OwnerKey, ready.HandOver, ready.OwnerSignature));
        Assert.Empty(_provider.Step(new WorkloadInput.SandboxReady(Provider.LeaseId)));
    }

    [Fact]
    public void A_result_is_on_the_disk_before_anybody_hears_of_it()
    {
        _provider.Running();
        ImmutableArray<WorkloadEffect> effects = _provider.Step(new WorkloadInput.SandboxFinished(Provider.LeaseId, Provider.Result(), string.Empty));

        Assert.Equal(Provider.Result().Commitment, Assert.IsType<WorkloadEffect.Persist>(effects[0]).Record.Result!.Commitment);
        Assert.Equal(Provider.Result().Commitment, effects.Submits<Message.ReportResult>().ResultCommitment);
        effects.Says<JobMessage.Finished>();
        Assert.Empty(_provider.Step(new WorkloadInput.SandboxFinished(Provider.LeaseId, Provider.Result(), string.Empty)));
    }

    [Fact]
    public void A_fault_of_the_host_claims_nothing()
    {
        _provider.Running();
        ImmutableArray<WorkloadEffect> effects = _provider.Step(new WorkloadInput.SandboxFinished(Provider.LeaseId, null, "killed"));

        Assert.Equal(JobStage.Failed, effects.Says<JobMessage.Stage>().Current);
        Assert.Single(effects);
    }

    [Fact]
    public void Logs_and_outputs_are_the_owners_alone()
    {
        _provider.Running();
        _provider.Step(new WorkloadInput.SandboxLogged(Provider.LeaseId, false, "hi\n"u8.ToArray()));
        foreach (JobMessage asked in new JobMessage[]
        {
            new JobMessage.Follow(Provider.LeaseId, 0, 0),
            new JobMessage.Fetch(Provider.LeaseId, JobPiece.StandardOutput, 0),
            new JobMessage.WantReceipt(Provider.LeaseId),
        })
        {
            ImmutableArray<WorkloadEffect> effects = _provider.Say(asked, Provider.StrangerSigner);
            Assert.Equal(JobRefusal.NotTheOwner, effects.Refusal());
            Assert.Single(effects);
        }

        ImmutableArray<WorkloadEffect> next = _provider.Step(new WorkloadInput.SandboxLogged(Provider.LeaseId, false, "ho\n"u8.ToArray()));
        Assert.Equal(Provider.Owner, Assert.Single(next.OfType<WorkloadEffect.Say>()).Client);
        Assert.Equal(3UL, next.Says<JobMessage.Log>().Offset);
        // Our own gateway has it too, under the order whose owner alone may read it there.
        WorkloadEffect.Show shown = Assert.Single(next.OfType<WorkloadEffect.Show>());
        Assert.Equal((3UL, false), (shown.Offset, shown.IsError));
        Assert.Equal(2, next.Length);
    }

    [Fact]
    public void Outputs_wait_for_the_result_and_inputs_are_never_given_back()
    {
        _provider.Running();
        Assert.Equal(JobRefusal.NotYet, _provider.Say(new JobMessage.Fetch(Provider.LeaseId, JobPiece.Output("o"), 0)).Refusal());
        Assert.Equal(JobRefusal.PieceUnknown, _provider.Say(new JobMessage.Fetch(Provider.LeaseId, JobPiece.Module, 0)).Refusal());
        _provider.Step(new WorkloadInput.SandboxFinished(Provider.LeaseId, Provider.Result(), string.Empty));
        Assert.IsType<WorkloadEffect.SendFile>(Assert.Single(_provider.Say(new JobMessage.Fetch(Provider.LeaseId, JobPiece.StandardOutput, 0))));
    }

    [Theory]
    [InlineData(LeaseState.NotReady)]
    [InlineData(LeaseState.ResultMissed)]
    public void A_lease_that_failed_stops_its_sandbox_and_leaves_no_files(LeaseState end)
    {
        _provider.Running();
        ImmutableArray<WorkloadEffect> effects = _provider.LedgerSays(end);

        Assert.Contains(new WorkloadEffect.StopSandbox(Provider.LeaseId), effects);
        Assert.Equal(new WorkloadEffect.Remove(Provider.LeaseId), effects[^1]);
        Assert.Equal(JobStage.Failed, effects.Says<JobMessage.Stage>().Current);
        Assert.Equal(0, _provider.Machine.LeasesRunning);
        Assert.Empty(_provider.Step(new WorkloadInput.SandboxFinished(Provider.LeaseId, Provider.Result(), string.Empty)));
        Assert.Equal(0, _provider.Machine.LeasesHeld);
    }

    // ---- the receipt ----

    [Fact]
    public void A_receipt_is_made_of_a_settled_lease()
    {
        _provider.Finished();
        Assert.Equal(JobRefusal.NotYet, _provider.Say(new JobMessage.WantReceipt(Provider.LeaseId)).Refusal());
        Settle();

        Assert.IsType<WorkloadEffect.SendReceipt>(Assert.Single(_provider.Say(new JobMessage.WantReceipt(Provider.LeaseId))));
    }

    [Fact]
    public void A_provider_that_lost_its_records_says_so_instead_of_falling_over()
    {
        _provider.LedgerSays(LeaseState.ResultReported);
        Settle();

        Assert.Equal(JobRefusal.LeaseOver, _provider.Say(new JobMessage.WantReceipt(Provider.LeaseId)).Refusal());
    }

    // ---- crashes ----

    [Fact]
    public void A_crash_while_receiving_asks_for_everything_again()
    {
        _provider.Offered();
        _provider.Upload(JobPiece.Module, Provider.Module);

        Assert.Empty(_provider.Crash());
        Assert.Equal(0UL, _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec())).Says<JobMessage.Wanted>().Pieces[0].Length);
    }

    [Fact]
    public void A_crash_after_taking_offers_the_hand_over_again()
    {
        _provider.Taken();

        Assert.Empty(_provider.Crash());
        ImmutableArray<WorkloadEffect> effects = _provider.Say(new JobMessage.Offer(Provider.LeaseId, Provider.Spec()));
        effects.Says<JobMessage.Taken>();
        Assert.Equal(100UL, effects.Says<JobMessage.Wanted>().Pieces[0].Length);
        Assert.Contains(HandOver(Provider.OwnerSigner), static effect => effect is WorkloadEffect.StartSandbox);
    }

    [Theory]
    [InlineData(LeaseState.Opened, true)]
    [InlineData(LeaseState.Ready, false)]
    public void A_crash_during_the_run_runs_again_and_reports_ready_where_the_ledger_lacks_it(LeaseState state, bool reports)
    {
        _provider.Starting();
        _provider.Step(new WorkloadInput.SandboxReady(Provider.LeaseId));
        _provider.Lease = _provider.Lease with { State = state };

        Assert.Contains(_provider.Crash(), static effect => effect is WorkloadEffect.StartSandbox);
        ImmutableArray<WorkloadEffect> ready = _provider.Step(new WorkloadInput.SandboxReady(Provider.LeaseId));
        Assert.Equal(reports, ready.OfType<WorkloadEffect.Submit>().Any());
    }

    [Theory]
    [InlineData(LeaseState.Opened)]
    [InlineData(LeaseState.Ready)]
    [InlineData(LeaseState.ResultReported)]
    public void A_crash_after_the_result_reports_the_same_result_and_runs_nothing(LeaseState state)
    {
        _provider.Finished();
        _provider.Lease = _provider.Lease with { State = state };
        ImmutableArray<WorkloadEffect> effects = _provider.Crash();

        Message[] submitted = [.. effects.OfType<WorkloadEffect.Submit>().Select(static submit => submit.Message)];
        Assert.DoesNotContain(effects, static effect => effect is WorkloadEffect.StartSandbox);
        Type[] expected = state switch
        {
            LeaseState.Opened => [typeof(Message.ReportReady), typeof(Message.ReportResult)],
            LeaseState.Ready => [typeof(Message.ReportResult)],
            _ => [],
        };
        Assert.Equal(expected, submitted.Select(static message => message.GetType()));
        if (expected.Length > 0) Assert.Equal(Provider.Result().Commitment, effects.Submits<Message.ReportResult>().ResultCommitment);
    }

    [Fact]
    public void A_crash_after_the_end_still_gives_the_receipt()
    {
        _provider.Finished();
        Settle();
        _provider.Crash();

        Assert.IsType<WorkloadEffect.SendReceipt>(Assert.Single(_provider.Say(new JobMessage.WantReceipt(Provider.LeaseId))));
        Assert.Equal(0, _provider.Machine.LeasesHeld);
    }

    private void Settle()
    {
        _provider.Lease = _provider.Lease with { ResultCommitment = Provider.Result().Commitment };
        _provider.LedgerSays(LeaseState.Settled);
    }

    private ImmutableArray<WorkloadEffect> HandOver(ISigner signer) =>
        _provider.Say(new JobMessage.HandOverSigned(Provider.LeaseId, Provider.OwnerHandOver(signer)));
}
