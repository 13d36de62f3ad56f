using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Api.Jobs;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using Xunit;

namespace NodeRuntime.Api.Tests.Jobs;

/// <summary>An owner's lease from the offer to the receipt, with connections that break and providers who lie.</summary>
public sealed class JobOwnerMachineTests
{
    private readonly JobScript _job = new(JobScript.Spec());

    // ---- upload ----

    [Fact]
    public void A_connection_is_greeted_with_the_offer_and_the_wanted_pieces_are_sent_in_their_order()
    {
        Assert.Equal(JobScript.Spec().Commitment, _job.Connect().Says<JobMessage.Offer>().Spec.Commitment);
        ImmutableArray<JobOwnerEffect> effects = _job.HearWanted(0, 0, 0);

        Assert.Equal(new JobMessage.Follow(JobScript.Lease, 0, 0), effects.Says<JobMessage.Follow>());
        Assert.Equal(
            [
                new JobOwnerEffect.SendChunk(JobPiece.Module, 0, 100),
                new JobOwnerEffect.SendChunk(JobPiece.Input("a"), 0, 50),
                new JobOwnerEffect.SendChunk(JobPiece.StandardInput, 0, 10),
            ],
            effects.OfType<JobOwnerEffect.SendChunk>());
    }

    [Fact]
    public void No_more_than_a_window_is_under_way()
    {
        ulong window = JobScript.Chunk * Limits.JobChunksInFlightMax;
        JobScript job = new(JobScript.Spec(window * 3));
        job.Connect();
        Assert.Equal(Limits.JobChunksInFlightMax, job.HearWanted(0, 0, 0).OfType<JobOwnerEffect.SendChunk>().Count());

        JobOwnerEffect.SendChunk next = Assert.Single(Received(job, JobScript.Chunk).OfType<JobOwnerEffect.SendChunk>());
        Assert.Equal(window, next.Offset);
        // What was never sent cannot have been received.
        Assert.Empty(Received(job, window * 2));
    }

    [Fact]
    public void After_a_reconnection_the_upload_goes_on_where_the_provider_is()
    {
        _job.Connect();
        _job.HearWanted(0, 0, 0);
        _job.Connect().Says<JobMessage.Offer>();

        Assert.Equal(
            [new JobOwnerEffect.SendChunk(JobPiece.Module, 40, 60), new JobOwnerEffect.SendChunk(JobPiece.StandardInput, 0, 10)],
            _job.HearWanted(40, 50, 0).OfType<JobOwnerEffect.SendChunk>());
    }

    [Fact]
    public void A_wrong_offset_is_asked_about_again()
    {
        _job.Connect();
        ImmutableArray<JobOwnerEffect> effects = _job.Hear(new JobMessage.Refused(JobScript.Lease, JobRefusal.OffsetWrong, "there"));

        Assert.Contains(new JobOwnerEffect.Refused(JobRefusal.OffsetWrong, "there"), effects);
        effects.Says<JobMessage.Offer>();
    }

    [Fact]
    public void A_provider_that_wants_what_is_not_there_is_left()
    {
        _job.Connect();
        _job.HearWanted(101, 0, 0).Distrusts();
        _job.Hear(new JobMessage.Wanted(JobScript.Lease, [new JobPieceProgress(JobPiece.Input("b"), 0)])).Distrusts();
    }

    // ---- the hand-over ----

    [Fact]
    public void The_hand_over_is_signed_only_to_the_leases_provider()
    {
        Hash256 digest = JobScript.HandOverDigest();
        _job.Hear(new JobMessage.Taken(JobScript.Lease, Keys.Stranger.PublicKey, Keys.Stranger.Sign(digest))).Distrusts();
        _job.Hear(new JobMessage.Taken(JobScript.Lease, Keys.Provider.PublicKey, Keys.Stranger.Sign(digest))).Distrusts();
        _job.Hear(new JobMessage.Taken(JobScript.Lease, Keys.Provider.PublicKey, Keys.Provider.Sign(Hash256.Zero))).Distrusts();

        JobMessage.HandOverSigned signed = _job
            .Hear(new JobMessage.Taken(JobScript.Lease, Keys.Provider.PublicKey, Keys.Provider.Sign(digest)))
            .Says<JobMessage.HandOverSigned>();
        Assert.Equal(SignatureVerdict.Accepted, Keys.Signatures.Verify(Keys.Owner.PublicKey, digest, signed.OwnerSignature));
    }

    [Fact]
    public void Words_about_another_lease_are_not_heard()
    {
        LeaseId other = new(Hash256.Zero);

        Assert.Empty(_job.Hear(new JobMessage.Stage(other, JobStage.Running)));
        Assert.Empty(_job.Hear(new JobMessage.Finished(other, JobScript.Result(), string.Empty)));
    }

    [Fact]
    public void An_owners_words_from_a_provider_are_a_reason_to_leave() => _job.Hear(new JobMessage.WantReceipt(JobScript.Lease)).Distrusts();

    // ---- logs ----

    [Fact]
    public void Logs_come_without_gap_and_without_repetition()
    {
        Assert.IsType<JobOwnerEffect.Log>(Assert.Single(Log(0, 3)));
        Assert.Empty(Log(0, 3));
        Assert.Equal(new JobMessage.Follow(JobScript.Lease, 3, 0), Log(5, 2).Says<JobMessage.Follow>());
        Assert.IsType<JobOwnerEffect.Log>(Assert.Single(Log(3, 2)));
        _job.Connect();
        Assert.Equal(5UL, _job.HearWanted(100, 50, 10).Says<JobMessage.Follow>().OutputOffset);
    }

    // ---- the result ----

    [Fact]
    public void A_job_is_complete_when_result_logs_and_outputs_are_here()
    {
        Log(0, 6);
        Assert.Equal(new JobMessage.Fetch(JobScript.Lease, JobPiece.Output("o"), 0), Finished().Says<JobMessage.Fetch>());
        ImmutableArray<JobOwnerEffect> first = Data(0, 4);
        Assert.Equal(4UL, first.Says<JobMessage.Fetch>().Offset);
        Assert.DoesNotContain(first, static effect => effect is JobOwnerEffect.Complete);

        ImmutableArray<JobOwnerEffect> second = Data(4, 6);
        Assert.Equal(JobScript.Result().Commitment, Assert.Single(second.OfType<JobOwnerEffect.Complete>()).Result.Commitment);
        Assert.DoesNotContain(Finished(), static effect => effect is JobOwnerEffect.Complete);
        Assert.Empty(_job.Connect());
    }

    [Fact]
    public void Logs_that_were_missed_are_fetched()
    {
        Finished();
        Assert.Equal(new JobMessage.Fetch(JobScript.Lease, JobPiece.StandardOutput, 0), Data(0, 10).Says<JobMessage.Fetch>());
        ImmutableArray<JobOwnerEffect> last = _job.Hear(new JobMessage.Data(JobScript.Lease, JobPiece.StandardOutput, 0, new byte[6]));

        Assert.Single(last.OfType<JobOwnerEffect.Complete>());
    }

    [Fact]
    public void A_broken_connection_asks_for_the_rest_of_a_file_again()
    {
        Log(0, 6);
        Finished();
        Data(0, 4);
        _job.Connect();

        Assert.Equal(4UL, Finished().Says<JobMessage.Fetch>().Offset);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(0)]
    public void An_output_longer_than_promised_or_empty_is_a_reason_to_leave(int length)
    {
        Finished();
        Data(0, length).Distrusts();
    }

    [Fact]
    public void Nothing_where_logs_were_asked_for_is_a_reason_to_leave()
    {
        Finished();
        Data(0, 10);
        _job.Hear(new JobMessage.Data(JobScript.Lease, JobPiece.StandardOutput, 0, System.ReadOnlyMemory<byte>.Empty)).Distrusts();
    }

    [Fact]
    public void A_result_larger_than_the_specification_allows_is_a_reason_to_leave()
    {
        JobResult huge = JobScript.Result() with { Outputs = [new JobInput("o", new ContentRef(Hash256.Zero, ulong.MaxValue))] };

        _job.Hear(new JobMessage.Finished(JobScript.Lease, huge, string.Empty)).Distrusts();
    }

    [Fact]
    public void A_result_that_changes_is_a_reason_to_leave()
    {
        Finished();
        _job.Hear(new JobMessage.Finished(JobScript.Lease, JobScript.Result() with { ExitCode = 1 }, string.Empty)).Distrusts();
    }

    // ---- the receipt ----

    [Fact]
    public void The_receipt_is_asked_for_until_it_is_here()
    {
        _job.Settle().Says<JobMessage.WantReceipt>();
        _job.Settle().Says<JobMessage.WantReceipt>();
        Assert.IsType<JobOwnerEffect.ReceiptArrived>(Assert.Single(_job.Hear(new JobMessage.Receipt(JobScript.Lease, new byte[3]))));
        Assert.Empty(_job.Settle());
    }

    private ImmutableArray<JobOwnerEffect> Log(ulong offset, int length) =>
        _job.Hear(new JobMessage.Log(JobScript.Lease, false, offset, new byte[length]));

    private ImmutableArray<JobOwnerEffect> Finished() =>
        _job.Hear(new JobMessage.Finished(JobScript.Lease, JobScript.Result(), string.Empty));

    private ImmutableArray<JobOwnerEffect> Data(ulong offset, int length) =>
        _job.Hear(new JobMessage.Data(JobScript.Lease, JobPiece.Output("o"), offset, new byte[length]));

    private static ImmutableArray<JobOwnerEffect> Received(JobScript job, ulong length) =>
        job.Hear(new JobMessage.Received(JobScript.Lease, new JobPieceProgress(JobPiece.Module, length)));
}
