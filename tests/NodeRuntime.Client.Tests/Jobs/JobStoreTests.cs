using System;
using System.Collections.Immutable;
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

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class JobStoreTests
{
    private static readonly OrderId Id = new(Hasher.Sha256("order"u8));

    [Fact]
    public async Task What_is_saved_is_what_is_loaded_and_for_its_owner_alone()
    {
        using TestFolder folder = new();
        folder.Write("prog.wasm", [0, 1]);
        PreparedJob job = await JobSpecFile.PrepareAsync(
            JobSpecFile.Parse("module: prog.wasm\nname: mine\n", "job.yaml"), folder.PathOf("job.yaml"), TimeProvider.System, CancellationToken.None);
        JobStore store = new(folder.PathOf("jobs"));

        store.Save(Id, job, DateTimeOffset.UnixEpoch);
        StoredJob? loaded = store.Load(Id);

        Assert.Equal("mine", loaded!.Name);
        Assert.Equal(job.Spec.Commitment, loaded.Job.Spec.Commitment);
        Assert.Equal(job.Terms, loaded.Job.Terms);
        Assert.Equal(job.Files, loaded.Job.Files);
        Assert.Equal(Id, Assert.Single(store.List()).Id);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(store.FolderOf(Id), "job.json")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(store.FolderOf(Id)));
    }

    [Fact]
    public void A_job_of_another_machine_is_not_here()
    {
        using TestFolder folder = new();

        Assert.Null(new JobStore(folder.PathOf("jobs")).Load(Id));
        Assert.Empty(new JobStore(folder.PathOf("jobs")).List());
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"order\":\"x\",\"name\":\"n\",\"submittedAt\":\"2026-01-01T00:00:00Z\",\"spec\":\"!\",\"terms\":\"\",\"files\":{}}")]
    [InlineData("{\"order\":\"x\",\"name\":\"n\",\"submittedAt\":\"2026-01-01T00:00:00Z\",\"spec\":\"AAAA\",\"terms\":\"AAAA\",\"files\":{}}")]
    public void A_broken_entry_is_named(string text)
    {
        using TestFolder folder = new();
        JobStore store = new(folder.PathOf("jobs"));
        Directory.CreateDirectory(store.FolderOf(Id));
        File.WriteAllText(Path.Combine(store.FolderOf(Id), "job.json"), text);

        Assert.Contains("job.json", Assert.Throws<ClientException>(() => store.Load(Id)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_get_their_names_only_when_all_of_them_are_as_the_result_says()
    {
        using TestFolder folder = new();
        using JobFolder home = new(folder.PathOf("home"));
        home.AppendLog(isError: false, "hel"u8);
        home.AppendLog(isError: false, "lo"u8);
        home.AppendOutput("a.txt", 0, "aa"u8);
        home.AppendOutput("a.txt", 2, "a"u8);
        home.AppendOutput("b.txt", 0, "b"u8);
        JobResult result = Result([Output("a.txt", "aaa"), Output("b.txt", "b"), Output("empty", "")]);

        Assert.Null(home.Check(result));
        Assert.Equal(["aaa", "b", ""], home.OutputsOf(result).Select(File.ReadAllText));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(folder.PathOf("home"), "stdout.log")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(home.OutputsOf(result)[0]));
    }

    [Theory]
    [InlineData("hello", "aaX", "output a.txt is not what the result says")]
    [InlineData("hullo", "aaa", "standard output is not what the result says")]
    public void An_output_that_differs_is_named_and_keeps_its_name_to_itself(string printed, string file, string reason)
    {
        using TestFolder folder = new();
        using JobFolder home = new(folder.PathOf("home"));
        home.AppendLog(isError: false, System.Text.Encoding.UTF8.GetBytes(printed));
        home.AppendOutput("a.txt", 0, System.Text.Encoding.UTF8.GetBytes(file));

        Assert.Equal(reason, home.Check(Result([Output("a.txt", "aaa")])));
        Assert.False(File.Exists(Path.Combine(folder.PathOf("home"), "out", "a.txt")));
    }

    [Fact]
    public void An_output_that_did_not_come_is_named()
    {
        using TestFolder folder = new();
        using JobFolder home = new(folder.PathOf("home"));
        home.AppendLog(isError: false, "hello"u8);

        Assert.Equal("output a.txt did not come", home.Check(Result([Output("a.txt", "aaa")])));
    }

    private static JobInput Output(string name, string text) => new(name, ContentOf(text));

    private static ContentRef ContentOf(string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return new ContentRef(Hasher.Sha256(bytes), (ulong)bytes.Length);
    }

    private static JobResult Result(ImmutableArray<JobInput> outputs) => new()
    {
        Salt = new Salt(new byte[Salt.ByteCount]),
        Outcome = JobOutcome.Exited,
        ExitCode = 0,
        FuelUsed = 1,
        FuelSchedule = 1,
        StandardOutput = ContentOf("hello"),
        StandardError = ContentOf(""),
        Outputs = outputs,
    };
}
