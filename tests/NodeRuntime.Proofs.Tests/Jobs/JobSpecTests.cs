using System;
using System.Collections.Immutable;
using System.Linq;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;
using NodeRuntime.Proofs.Tests.Receipts;

namespace NodeRuntime.Proofs.Tests.Jobs;

public sealed class JobSpecTests
{
    private static readonly ContentRef Content = new(Hasher.Sha256("content"u8), 7);

    [Theory]
    [InlineData("a")]
    [InlineData("data.csv")]
    [InlineData("..a")]
    [InlineData("grün und blau.txt")]
    [InlineData("-rf")]
    public void A_plain_name_is_a_file_name(string name) => Assert.True(JobSpec.IsFileName(name));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("c:")]
    [InlineData("a\0")]
    [InlineData("a\nb")]
    [InlineData("\u007f")]
    public void Whatever_could_leave_the_directory_is_none(string name)
    {
        Assert.False(JobSpec.IsFileName(name));
        Assert.False(Reads(ReceiptScenario.Spec with { Inputs = [new JobInput(name, Content)] }));
        Assert.False(Reads(ReceiptScenario.Result with { Outputs = [new JobInput(name, Content)] }));
    }

    [Fact]
    public void A_name_has_a_greatest_length()
    {
        Assert.True(JobSpec.IsFileName(new string('a', Limits.FileNameCharactersMax)));
        Assert.False(JobSpec.IsFileName(new string('a', Limits.FileNameCharactersMax + 1)));
    }

    [Fact]
    public void Files_stand_in_strictly_increasing_order()
    {
        ImmutableArray<JobInput> files = [new JobInput("B", Content), new JobInput("a", Content), new JobInput("b", Content)];
        Assert.True(Reads(ReceiptScenario.Spec with { Inputs = files }));
        Assert.True(Reads(ReceiptScenario.Result with { Outputs = files }));
        Assert.False(Reads(ReceiptScenario.Spec with { Inputs = [files[1], files[0]] }));
        Assert.False(Reads(ReceiptScenario.Result with { Outputs = [files[1], files[0]] }));
        Assert.False(Reads(ReceiptScenario.Spec with { Inputs = [files[1], files[1]] }));
        Assert.False(Reads(ReceiptScenario.Result with { Outputs = [files[1], files[1]] }));
    }

    [Fact]
    public void Lists_have_greatest_lengths()
    {
        Assert.True(Reads(ReceiptScenario.Spec with { Inputs = Files(Limits.JobInputsMax) }));
        Assert.False(Reads(ReceiptScenario.Spec with { Inputs = Files(Limits.JobInputsMax + 1) }));
        Assert.False(Reads(ReceiptScenario.Result with { Outputs = Files(Limits.JobOutputsMax + 1) }));
        Assert.False(Reads(ReceiptScenario.Spec with { Arguments = [.. Enumerable.Repeat("a", Limits.JobArgumentsMax + 1)] }));
        Assert.False(Reads(ReceiptScenario.Spec with { Environment = [new string('a', Limits.JobArgumentCharactersMax + 1)] }));
    }

    [Fact]
    public void Arguments_and_environment_together_have_a_greatest_size_in_UTF_8()
    {
        string text = new('ü', Limits.JobArgumentCharactersMax);
        int fitting = Limits.JobSpecTextBytesMax / (2 * text.Length);
        ImmutableArray<string> half = [.. Enumerable.Repeat(text, fitting / 2)];
        JobSpec largest = ReceiptScenario.Spec with { Arguments = half, Environment = half };
        Assert.True(Reads(largest));
        Assert.False(Reads(largest with { Environment = half.Add("a") }));
        Assert.False(Reads(largest with { Arguments = half.Add("a") }));
    }

    [Theory]
    [InlineData((JobOutcome)0)]
    [InlineData((JobOutcome)8)]
    public void An_outcome_without_a_name_is_refused(JobOutcome outcome) =>
        Assert.False(Reads(ReceiptScenario.Result with { Outcome = outcome }));

    [Fact]
    public void The_salt_hides_and_every_field_counts()
    {
        JobSpec spec = ReceiptScenario.Spec;
        Hash256[] commitments =
        [
            spec.Commitment,
            (spec with { Salt = ReceiptScenario.Result.Salt }).Commitment,
            (spec with { Name = "x" }).Commitment,
            (spec with { Module = Content }).Commitment,
            (spec with { Arguments = ["wc", "-c"] }).Commitment,
            (spec with { Environment = [] }).Commitment,
            (spec with { Inputs = [] }).Commitment,
            (spec with { StandardInput = null }).Commitment,
            (spec with { FuelMax = 1 }).Commitment,
            (spec with { MemoryPagesMax = 1 }).Commitment,
            (spec with { CallDepthMax = 1 }).Commitment,
            (spec with { OutputBytesMax = 1 }).Commitment,
            (spec with { StartTime = Instant.Epoch }).Commitment,
            (spec with { Seed = 1 }).Commitment,
        ];
        Assert.Equal(commitments.Length, commitments.Distinct().Count());
    }

    [Fact]
    public void Two_runs_compare_by_their_result_whatever_their_salt()
    {
        JobResult result = ReceiptScenario.Result;
        JobResult again = result with { Salt = ReceiptScenario.Spec.Salt };
        Assert.Equal(result.ResultHash, again.ResultHash);
        Assert.NotEqual(result.Commitment, again.Commitment);
        Hash256[] others =
        [
            result.ResultHash,
            (result with { Outcome = JobOutcome.Trapped }).ResultHash,
            (result with { ExitCode = 3 }).ResultHash,
            (result with { FuelUsed = 1 }).ResultHash,
            (result with { FuelSchedule = 2 }).ResultHash,
            (result with { StandardOutput = Content }).ResultHash,
            (result with { StandardError = Content }).ResultHash,
            (result with { StandardOutput = result.StandardError, StandardError = result.StandardOutput }).ResultHash,
            (result with { Outputs = [] }).ResultHash,
        ];
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    private static ImmutableArray<JobInput> Files(int count) => [.. Enumerable.Range(0, count).Select(i => new JobInput($"{i:d4}", Content))];

    private static bool Reads(JobSpec spec)
    {
        WireReader reader = new(spec.Encode());
        JobSpec.Read(reader);
        return reader.Succeeded;
    }

    private static bool Reads(JobResult result)
    {
        WireWriter writer = new();
        result.Write(writer);
        WireReader reader = new(writer.ToArray());
        JobResult.Read(reader);
        return reader.Succeeded;
    }
}
