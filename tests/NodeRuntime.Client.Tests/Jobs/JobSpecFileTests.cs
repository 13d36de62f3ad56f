using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NodeRuntime.Client.Jobs;
using NodeRuntime.Client.Tests.Support;
using NodeRuntime.Crypto;
using NodeRuntime.Primitives;
using NodeRuntime.Proofs.Jobs;

namespace NodeRuntime.Client.Tests.Jobs;

public sealed class JobSpecFileTests
{
    [Theory]
    [InlineData("module: a.wasm\nlimts:\n  fuel: 1\n", "job.yaml:2:1: ", "limts")]
    [InlineData("module: a.wasm\nlimits:\n  fule: 1\n", "job.yaml:3:3: ", "fule")]
    [InlineData("module: a.wasm\nmodule: b.wasm\n", "job.yaml:2:1: ", "module")]
    [InlineData("module: a.wasm\nlimits:\n  seconds: soon\n", "job.yaml:3:12: ", "soon")]
    [InlineData("module: [\n", "job.yaml:", "")]
    [InlineData("module: a.wasm\nversion: 2\n", "job.yaml: version: 2", "reads 1")]
    [InlineData("name: x\n", "job.yaml: module: ", "missing")]
    [InlineData("", "job.yaml: module: ", "missing")]
    [InlineData("module: a.wasm\ninputs:\n  ../x: y\n", "job.yaml: inputs: '../x'", "no plain file name")]
    [InlineData("module: a.wasm\ninputs:\n  x:\n", "job.yaml: inputs: x", "no path")]
    [InlineData("module: a.wasm\nenv:\n  A=B: y\n", "job.yaml: env: 'A=B'", "no name")]
    [InlineData("module: a.wasm\nlimits: {fuel: 0}\n", "job.yaml: limits.fuel: ", "at least 1")]
    [InlineData("module: a.wasm\nlimits: {memoryMiB: 4096}\n", "job.yaml: limits.memoryMiB: ", "1 to 2048")]
    [InlineData("module: a.wasm\nlimits: {outputMiB: 257}\n", "job.yaml: limits.outputMiB: ", "1 to 256")]
    [InlineData("module: a.wasm\nlimits: {seconds: 0}\n", "job.yaml: limits.seconds: ", "1 to 604800")]
    [InlineData("module: a.wasm\npricePerSecond: 0\n", "job.yaml: pricePerSecond: ", "at least 1")]
    [InlineData("module: a.wasm\nregion: Nürnberg\n", "job.yaml: region: ", "small letters")]
    [InlineData("module: a.wasm\nstartTime: yesterday\n", "job.yaml: startTime: 'yesterday'", "no time")]
    public void A_file_that_cannot_stand_is_refused_with_its_place(string text, string place, string word)
    {
        ClientException refused = Assert.Throws<ClientException>(() => JobSpecFile.Parse(text, "job.yaml"));

        Assert.Equal(ClientFailure.Invalid, refused.Failure);
        Assert.StartsWith(place, refused.Message, StringComparison.Ordinal);
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Hint);
    }

    [Fact]
    public void The_documentations_example_is_a_job()
    {
        string page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "jobs.md"));
        string example = page.Split("```yaml\n")[1].Split("```")[0];

        JobDescription job = JobSpecFile.Parse(example, "jobs.md");

        Assert.Equal("csv-report", job.Name);
        Assert.Equal(["--input", "data.csv", "--group", "city"], job.Args);
        Assert.Equal(200_000_000_000UL, job.Limits.Fuel);
        Assert.Equal(42UL, job.Seed);
        // Every key of the format is shown, and every key is in the table.
        foreach (string key in typeof(JobDescription).GetProperties().Select(static property => property.Name).Where(static name => name != "Limits"))
        {
            string written = char.ToLowerInvariant(key[0]) + key[1..];
            Assert.Contains("\n" + written + ":", "\n" + example, StringComparison.Ordinal);
            Assert.Contains($"| `{written}` |", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_prepared_job_commits_to_its_files()
    {
        using TestFolder folder = new();
        folder.Write("prog.wasm", [0, 1, 2]);
        folder.Write("b.txt", "bb"u8.ToArray());
        folder.Write("a.txt", "a"u8.ToArray());
        folder.Write("in.txt", "in"u8.ToArray());
        JobDescription description = JobSpecFile.Parse(
            "module: prog.wasm\nargs: [x]\nenv: {B: '2', A: '1'}\ninputs: {z.txt: b.txt, a.txt: a.txt}\nstdin: in.txt\nstartTime: 1970-01-01T00:00:01Z\n", "job.yaml");

        PreparedJob job = await JobSpecFile.PrepareAsync(description, folder.PathOf("job.yaml"), TimeProvider.System, CancellationToken.None);
        PreparedJob again = await JobSpecFile.PrepareAsync(description, folder.PathOf("job.yaml"), TimeProvider.System, CancellationToken.None);

        Assert.Equal(new ContentRef(Hasher.Sha256([0, 1, 2]), 3), job.Spec.Module);
        Assert.Equal(["prog", "x"], job.Spec.Arguments.ToArray());
        Assert.Equal(["A=1", "B=2"], job.Spec.Environment.ToArray());
        Assert.Equal(["a.txt", "z.txt"], job.Spec.Inputs.Select(static input => input.Name));
        Assert.Equal(Instant.FromMilliseconds(1000), job.Spec.StartTime);
        Assert.Equal(8UL, job.Terms.InputBytes);
        Assert.Equal(job.Spec.Commitment, job.Terms.SpecCommitment);
        Assert.Equal(new Amount(3_000_000), job.Deposit);
        Assert.Equal(folder.PathOf("b.txt"), job.PathOf(JobPiece.Input("z.txt")));
        Assert.Equal(folder.PathOf("in.txt"), job.PathOf(JobPiece.StandardInput));
        // The salt hides equal jobs from each other.
        Assert.NotEqual(job.Spec.Commitment, again.Spec.Commitment);
    }

    [Theory]
    [InlineData("module: missing.wasm\n", "module: ")]
    [InlineData("module: prog.wasm\ninputs: {x: missing.txt}\n", "inputs: x: ")]
    [InlineData("module: prog.wasm\nstdin: missing.txt\n", "stdin: ")]
    public async Task A_file_that_is_not_there_is_named_with_its_key(string text, string key)
    {
        using TestFolder folder = new();
        folder.Write("prog.wasm", [0]);

        ClientException refused = await Assert.ThrowsAsync<ClientException>(() => JobSpecFile.PrepareAsync(
            JobSpecFile.Parse(text, "job.yaml"), folder.PathOf("job.yaml"), TimeProvider.System, CancellationToken.None));

        Assert.StartsWith(key, refused.Message, StringComparison.Ordinal);
        Assert.Contains("missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_job_file_says_so() => Assert.Contains(
        "cannot be read", Assert.Throws<ClientException>(static () => JobSpecFile.Load("/nowhere/job.yaml")).Message, StringComparison.Ordinal);
}
