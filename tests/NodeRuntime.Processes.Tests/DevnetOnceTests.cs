using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Processes.Tests.Running;

namespace NodeRuntime.Processes.Tests;

/// <summary>The first command of a stranger, and what it leaves behind.</summary>
public sealed class DevnetOnceTests : IClassFixture<DevnetOnceTests.OneRun>
{
    private readonly OneRun _run;

    public DevnetOnceTests(OneRun run) => _run = run;

    [Fact]
    public void It_exits_with_zero_and_prints_one_object_with_every_documented_field()
    {
        Assert.True(_run.Done.ExitCode == 0, _run.Done.Output + _run.Done.Error);
        JsonElement said = _run.Done.Json();
        Assert.Equal(4, said.GetProperty("peers").GetInt32());
        Assert.Equal(4, said.GetProperty("validators").GetInt32());
        Assert.True(said.GetProperty("finalizedHeight").GetUInt64() > 3);
        JsonElement job = said.GetProperty("job");
        Assert.Equal(64, job.GetProperty("id").GetString()!.Length);
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Equal(0, job.GetProperty("exitCode").GetInt32());
        Assert.True(job.GetProperty("fuelUsed").GetUInt64() > 0);
        Assert.Equal(64, job.GetProperty("resultHash").GetString()!.Length);
        Assert.Equal(64, job.GetProperty("provider").GetString()!.Length);
        Assert.Equal(64, said.GetProperty("genesis").GetString()!.Length);
        long firstBlock = said.GetProperty("start").GetProperty("firstBlockMs").GetInt64();
        Assert.InRange(firstBlock, 1, said.GetProperty("start").GetProperty("provenMs").GetInt64());
        foreach (string timing in (string[])["submitToLeaseMs", "leaseToReadyMs", "readyToResultMs", "resultToSettledMs"])
        {
            Assert.InRange(said.GetProperty("timings").GetProperty(timing).GetInt64(), 0, 60_000);
        }
    }

    [Fact]
    public void Each_provider_has_proven_what_it_sells()
    {
        JsonElement[] capacity = [.. _run.Done.Json().GetProperty("capacity").EnumerateArray()];
        Assert.Equal(4, capacity.Select(static it => it.GetProperty("peer").GetString()).Distinct().Count());
        foreach (JsonElement one in capacity)
        {
            Assert.Equal(64, one.GetProperty("peer").GetString()!.Length);
            // One that missed a slice behind its bid, on a machine that does ten other things, is proven again in the next.
            _ = one.GetProperty("proven").GetBoolean();
            Assert.True(one.GetProperty("cpuRate").GetUInt64() >= one.GetProperty("cpuError").GetUInt64(), one.ToString());
            Assert.InRange(one.GetProperty("spaceUnits").GetUInt32(), 0U, 1U);
            Assert.Equal("liveness", one.GetProperty("grade").GetString());
        }

        Assert.Contains(capacity, static it => it.GetProperty("proven").GetBoolean());
    }

    [Fact]
    public void Money_is_conserved_and_the_lease_was_paid_as_priced()
    {
        JsonElement said = _run.Done.Json();
        JsonElement supply = said.GetProperty("supply");
        Assert.True(supply.GetProperty("conserved").GetBoolean());
        Assert.Equal(UnitsOf(supply, "minted"), UnitsOf(supply, "burned") + UnitsOf(supply, "held"));
        JsonElement lease = said.GetProperty("lease");
        Assert.Equal(UnitsOf(lease, "paid"), UnitsOf(lease, "pricePerSecond") * lease.GetProperty("chargedSeconds").GetUInt32());
        // The deposit is the price cap times the seconds.
        Assert.Equal((UInt128)(10_000 * 120), UnitsOf(lease, "paid") + UnitsOf(lease, "refunded"));
    }

    [Fact]
    public void It_leaves_a_receipt_and_no_process()
    {
        JsonElement said = _run.Done.Json();
        Assert.True(File.Exists(said.GetProperty("receipt").GetString()));
        Assert.Empty(ProcessTable.Naming(said.GetProperty("data").GetString()!));
    }

    [Fact]
    public async Task A_stranger_with_the_genesis_hash_verifies_the_receipt()
    {
        JsonElement said = _run.Done.Json();
        Finished done = await CliRun.RunAsync(
            _run.Place, 20, "receipt", "verify", _run.Receipt, "--genesis", said.GetProperty("genesis").GetString()!, "--output", "json");
        Assert.Equal(0, done.ExitCode);
        JsonElement verified = done.Json();
        Assert.Equal("OK", verified.GetProperty("verdict").GetString());
        Assert.Equal("Accepted", verified.GetProperty("reason").GetString());
        Assert.Equal(said.GetProperty("job").GetProperty("id").GetString(), verified.GetProperty("receipt").GetProperty("order").GetString());
        Assert.Equal(said.GetProperty("job").GetProperty("resultHash").GetString(), verified.GetProperty("receipt").GetProperty("resultHash").GetString());
    }

    [Fact]
    public async Task With_another_genesis_hash_the_receipt_is_of_the_wrong_chain()
    {
        Finished done = await CliRun.RunAsync(_run.Place, 20, "receipt", "verify", _run.Receipt, "--genesis", new string('a', 64), "--output", "json");
        AssertVerdict(done, 5, "REFUSED", "WrongChain");
    }

    [Fact]
    public async Task Without_a_genesis_hash_it_is_inconclusive_and_never_ok()
    {
        using Workplace place = new();
        await using CliRun program = CliRun.Start(
            place, [("NODERUNTIME_CONTEXT", place.PathOf("none.yaml"))], "receipt", "verify", _run.Receipt, "--output", "json");
        AssertVerdict(await program.EndAsync(20), 6, "INCONCLUSIVE", "Inconclusive");
        Finished elsewhere = await CliRun.RunAsync(place, 20, "receipt", "verify", _run.Receipt, "--output", "json");
        AssertVerdict(elsewhere, 6, "INCONCLUSIVE", "Inconclusive");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    [InlineData(500)]
    [InlineData(750)]
    [InlineData(999)]
    public async Task A_flipped_bit_is_refused_by_name(int thousandth)
    {
        byte[] bytes = await File.ReadAllBytesAsync(_run.Receipt);
        int at = (int)((long)(bytes.Length - 1) * thousandth / 999);
        bytes[at] ^= 1;
        string path = _run.Place.PathOf("flipped.receipt");
        await File.WriteAllBytesAsync(path, bytes);
        Finished done = await CliRun.RunAsync(
            _run.Place, 20, "receipt", "verify", path, "--genesis", _run.Done.Json().GetProperty("genesis").GetString()!, "--output", "json");
        Assert.Equal(5, done.ExitCode);
        Assert.Equal("REFUSED", done.Json().GetProperty("verdict").GetString());
        Assert.NotEqual("Accepted", done.Json().GetProperty("reason").GetString());
    }

    private static void AssertVerdict(Finished done, int exitCode, string verdict, string reason)
    {
        Assert.Equal(exitCode, done.ExitCode);
        Assert.Equal(verdict, done.Json().GetProperty("verdict").GetString());
        Assert.Equal(reason, done.Json().GetProperty("reason").GetString());
    }

    private static UInt128 UnitsOf(JsonElement parent, string name) => UInt128.Parse(parent.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    /// <summary>One devnet for all tests of the class: they look at what it left.</summary>
    public sealed class OneRun : IAsyncLifetime
    {
        internal Workplace Place { get; } = new();

        internal Finished Done { get; private set; } = null!;

        internal string Receipt => Done.Json().GetProperty("receipt").GetString()!;

        public async Task InitializeAsync() => Done = await Startup.AloneAsync(() => CliRun.RunAsync(
            Place, 180, "devnet", "--once", "--output", "json", "--data", Place.PathOf("net"), "--input", Place.WriteCsv("small.csv", 200)));

        public Task DisposeAsync()
        {
            Place.Dispose();
            return Task.CompletedTask;
        }
    }
}
