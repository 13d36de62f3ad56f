using System;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using Xunit;

namespace NodeRuntime.Api.Tests.Jobs;

/// <summary>What owner and provider say survives its encoding; nothing else decodes.</summary>
public sealed class JobMessageTests
{
    private static JobMessage[] All()
    {
        LeaseId lease = JobScript.Lease;
        Signature signature = Keys.Owner.Sign(Hash256.Zero);
        return
        [
            new JobMessage.Offer(lease, JobScript.Spec()),
            new JobMessage.Wanted(lease, [new JobPieceProgress(JobPiece.Module, 3), new JobPieceProgress(JobPiece.Input("a"), 0)]),
            new JobMessage.Chunk(lease, JobPiece.Module, 5, new byte[] { 1, 2, 3 }),
            new JobMessage.Received(lease, new JobPieceProgress(JobPiece.StandardInput, 9)),
            new JobMessage.Taken(lease, Keys.Provider.PublicKey, signature),
            new JobMessage.HandOverSigned(lease, signature),
            new JobMessage.Follow(lease, 1, 2),
            new JobMessage.Log(lease, true, 4, new byte[] { 5 }),
            .. Enum.GetValues<JobStage>().Select(stage => new JobMessage.Stage(lease, stage)),
            new JobMessage.Finished(lease, JobScript.Result(), "detail"),
            new JobMessage.Fetch(lease, JobPiece.Output("o"), 7),
            new JobMessage.Data(lease, JobPiece.Output("o"), 7, new byte[] { 8 }),
            new JobMessage.WantReceipt(lease),
            new JobMessage.Receipt(lease, new byte[] { 9 }),
            .. Enum.GetValues<JobRefusal>().Select(code => new JobMessage.Refused(lease, code, "why")),
        ];
    }

    [Fact]
    public void Every_message_survives_and_every_damage_is_refused_or_another_message()
    {
        foreach (JobMessage message in All())
        {
            byte[] bytes = message.Encode();
            JobMessage? decoded = JobMessage.Decode(bytes);
            Assert.NotNull(decoded);
            Assert.Equal(message.GetType(), decoded.GetType());
            Assert.Equal(bytes, decoded.Encode());
            for (int length = 0; length < bytes.Length; length++) Assert.Null(JobMessage.Decode(bytes.AsMemory(0, length)));
            Assert.Null(JobMessage.Decode((byte[])[.. bytes, 0]));
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] damaged = [.. bytes];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                if (JobMessage.Decode(damaged) is { } other) Assert.Equal(damaged, other.Encode());
            }
        }
    }

    [Fact]
    public void Noise_is_no_message()
    {
        Prng prng = new(3);
        for (int i = 0; i < 2000; i++)
        {
            byte[] noise = new byte[prng.NextBelow(200)];
            prng.Fill(noise);
            Assert.Null(JobMessage.Decode(noise));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(255)]
    public void An_unknown_stage_is_refused(byte stage) =>
        Assert.Null(JobMessage.Decode(new JobMessage.Stage(JobScript.Lease, (JobStage)stage).Encode()));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(255)]
    public void An_unknown_refusal_is_refused(byte code) =>
        Assert.Null(JobMessage.Decode(new JobMessage.Refused(JobScript.Lease, (JobRefusal)code, string.Empty).Encode()));

    [Fact]
    public void A_file_name_fits_a_directory_entry_and_is_whole_characters()
    {
        Assert.True(JobSpec.IsFileName(new string('é', 127)));
        Assert.False(JobSpec.IsFileName(new string('é', 128)));
        Assert.True(JobSpec.IsFileName(new string('漢', 85)));
        Assert.False(JobSpec.IsFileName(new string('漢', 86)));
        Assert.True(JobSpec.IsFileName("😀"));
        Assert.False(JobSpec.IsFileName("a\ud83d"));
        Assert.False(JobSpec.IsFileName("\ude00a"));
        Assert.False(JobSpec.IsFileName("\ude00\ud83d"));
        Assert.False(JobSpec.IsFileName("a\u0085"));
    }
}
