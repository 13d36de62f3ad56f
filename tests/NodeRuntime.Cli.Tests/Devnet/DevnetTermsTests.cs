using System.Text.Json;
using System.Threading.Tasks;
using NodeRuntime.Cli.Devnet;
using NodeRuntime.Cli.Tests.Support;
using NodeRuntime.Crypto.Work;
using NodeRuntime.Host.Capacity;
using NodeRuntime.Proofs.Chain;

namespace NodeRuntime.Cli.Tests.Devnet;

public sealed class DevnetTermsTests
{
    [Theory]
    [InlineData(DevnetGrade.Liveness, "liveness")]
    [InlineData(DevnetGrade.Full, "full")]
    internal void The_terms_of_a_grade_are_a_chains(DevnetGrade grade, string word)
    {
        CapacityTerms terms = DevnetTerms.Of(grade);
        Assert.Equal((word, CapacityTermsVerdict.Accepted), (terms.Grade, terms.Check(BeaconParameters.Development)));
    }

    [Fact]
    public void Full_grade_is_refused_where_the_library_or_the_memory_is_missing()
    {
        DevnetTerms.Demand(DevnetGrade.Liveness, 16, WorkKind.AesRoMix, "install it", 0);
        DevnetTerms.Demand(DevnetGrade.Full, 4, WorkKind.RandomX, null, 4 * WorkMemories.CacheByteCount);

        CliException missing = Assert.Throws<CliException>(static () => DevnetTerms.Demand(DevnetGrade.Full, 4, WorkKind.AesRoMix, "install it", long.MaxValue));
        Assert.Equal((ExitCode.Failed, "WorkKindMissing", "install it; or leave --grade out"), (missing.ExitCode, missing.Code, missing.Hint));
        CliException small = Assert.Throws<CliException>(static () => DevnetTerms.Demand(DevnetGrade.Full, 4, WorkKind.RandomX, null, (4 * WorkMemories.CacheByteCount) - 1));
        Assert.Equal((ExitCode.Failed, "MemoryShort"), (small.ExitCode, small.Code));
    }

    [Fact]
    public async Task A_grade_of_nothing_is_refused()
    {
        using CommandLine line = new();
        (ExitCode code, JsonElement answer) = await line.RunJsonAsync("devnet", "--no-capacity", "--grade", "full");
        Assert.Equal((ExitCode.Usage, "Usage"), (code, answer.GetProperty("error").GetProperty("code").GetString()));
    }
}
